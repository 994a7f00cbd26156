import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import { ROWS_BYTES } from '../../plugins/bodies.ts'
import { ProblemError, type RowError } from '../../../errors.ts'
import { rowCheck } from '../../../intake/check-schema.ts'
import {
  checkNeighbours, loadNeighbours, removeNeighbours, type ModelInput, type NeighbourInput
} from '../../../kpi/administration/neighbours.ts'
import { sentRows, takeCsv } from '../../kinds/bulk.ts'
import { neighbours, NeighbourSchema } from '../../kinds/neighbours.ts'
import { located, rejectRows, type Sent } from '../../kinds/plan.ts'
import { principalOf } from '../../plugins/permission.ts'
import { BODY, DENIED, Licensed, licensed, Nullable, OPERATOR, problems } from '../../schemas/common.ts'

type Row = NeighbourInput & { model?: string, source?: string, date?: string | null }

const { authority, neighbour, rank, model, source, date } = NeighbourSchema.properties
export const NeighbourInputSchema = Type.Object({
  authority,
  neighbour,
  rank,
  model: Type.Optional(model),
  source: Type.Optional(source),
  date: Type.Optional(date)
}, { $id: 'NeighbourInput', additionalProperties: false, description: 'A neighbour of an authority by a model.' })

const EXAMPLE = [
  { authority: 'solihull', neighbour: 'stockport', rank: 1 }, { authority: 'solihull', neighbour: 'bury', rank: 2 }
]
const Rows = Type.Array(Type.Ref('NeighbourInput'), { examples: [EXAMPLE] })

const ModelSchema = Type.Object({ model, source, date })
const Loaded = Type.Object({
  dry_run: Type.Boolean({ description: 'Whether nothing was stored.', examples: [false] }),
  ...ModelSchema.properties,
  authorities: Type.Integer({ description: 'How many authorities it has neighbours of.', examples: [309] }),
  neighbours: Type.Integer({ description: 'How many rows it has.', examples: [4635] }),
  replaces: Nullable(ModelSchema, { description: 'The model that was loaded before; null: none.', examples: [null] })
}, { $id: 'LoadedNeighbours', description: 'A model of statistical neighbours as it was loaded.' })

const check = rowCheck(NeighbourInputSchema, 'neighbour')

/** Loads and removes the model of statistical neighbours that `group=nearest:` goes by. */
export const neighbourRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'>> = async (app, services) => {
  for (const schema of [NeighbourInputSchema, Loaded]) app.addSchema(schema)
  takeCsv(app, neighbours)

  app.put('/neighbours', {
    bodyLimit: ROWS_BYTES,
    config: {
      permission: 'operator',
      documentedBody: {
        content: {
          'application/json': { schema: Rows },
          'text/csv': {
            schema: Type.String({
              description: 'A header, then one neighbour a line.',
              'x-examples': {
                rows: {
                  summary: 'Two neighbours',
                  value: 'authority,neighbour,rank\nsolihull,stockport,1\nsolihull,bury,2\n'
                }
              }
            })
          }
        }
      }
    },
    schema: {
      operationId: 'putNeighbours',
      tags: ['kpis'],
      summary: 'Load the statistical neighbours of every authority at once, as JSON or CSV',
      description:
        'Puts a model in the place of the one that is loaded, all or nothing: every bad row is named. Its title, ' +
          'source and date come in the query or in columns of those names. An authority that it leaves out has its ' +
          'nearest by population.',
      security: OPERATOR,
      querystring: Type.Object({
        model: Type.Optional(model),
        source: Type.Optional(source),
        date: Type.Optional(Type.String({ format: 'date', examples: ['2024-03-01'] })),
        dry_run: Type.Optional(Type.Boolean({ description: 'Check everything and store nothing.' }))
      }, { additionalProperties: false }),
      response: {
        200: Licensed(Type.Ref('LoadedNeighbours')), ...problems(...DENIED, ...BODY, 'rows-rejected', 'too-many-events')
      }
    }
  }, async (request) => {
    const { dry_run: dryRun = false, ...named } = request.query
    const change = { ...services, principal: principalOf(request) }
    const sent = sentRows(request.body)
    const inputs = formed(sent)
    const { rows, errors } = checkNeighbours(change, inputs)
    const model = modelOf(inputs, named, errors)
    refuse(errors, sent)
    const before = services.catalogue.directory.kpis.neighbours.model
    if (!dryRun) await loadNeighbours(change, model, rows)
    return licensed({
      dry_run: dryRun,
      model: model.title,
      source: model.source,
      date: model.date,
      authorities: new Set(rows.map(({ authority_id }) => authority_id)).size,
      neighbours: rows.length,
      replaces: before === undefined ? null : { model: before.title, source: before.source, date: before.published_on }
    })
  })

  app.delete('/neighbours', {
    config: { permission: 'operator' },
    schema: {
      operationId: 'deleteNeighbours',
      tags: ['kpis'],
      summary: 'Remove the model, so that neighbours are those by population',
      security: OPERATOR,
      response: { 204: Type.Null({ description: 'Removed.' }), ...problems(...DENIED, 'not-found') }
    }
  }, async (request, reply) => {
    await removeNeighbours({ ...services, principal: principalOf(request) })
    return reply.code(204).send(null)
  })
}

function formed (sent: Sent): Row[] {
  const errors: RowError[] = []
  const rows = sent.rows.flatMap((row, index): Row[] => {
    if (check.fits(row)) return [row]
    errors.push(...check.explain(row, index))
    return []
  })
  refuse(errors, sent)
  return rows
}

function refuse (errors: RowError[], { lines }: Sent): void {
  if (errors.length === 0) return
  errors.sort((a, b) => a.index - b.index)
  throw rejectRows(errors.map((error) => located(error, lines)))
}

// The query names the model, or else the columns do, all of them the same.
function modelOf (
  rows: readonly Row[], named: { model?: string, source?: string, date?: string }, errors: RowError[]
): ModelInput {
  const [first] = rows
  const title = named.model ?? first?.model
  const source = named.source ?? first?.source
  const date = named.date ?? first?.date ?? null
  if (title === undefined || source === undefined) {
    throw new ProblemError(
      'invalid-request', 'Say which model it is: model and source, in the query or as columns; date where it has one.'
    )
  }
  const said = { model: title, source, date }
  for (const [index, row] of rows.entries()) {
    const other = (['model', 'source', 'date'] as const).find((field) =>
      row[field] !== undefined && row[field] !== null && row[field] !== said[field]
    )
    if (other !== undefined) {
      errors.push({
        index,
        pointer: `/${other}`,
        code: 'invalid-value',
        detail: `One model is loaded at a time: this row has another ${other} than ${String(said[other])}.`
      })
    }
  }
  return { title, source, date }
}
