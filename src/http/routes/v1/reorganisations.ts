import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import {
  findReorganisation, isInForce, reorganise, withdrawReorganisation, type ReadLaterData
} from '../../../catalogue/reorganisation/administration.ts'
import type { ReorganisationOrder } from '../../../catalogue/reorganisation/order.ts'
import type { Report } from '../../../catalogue/reorganisation/report.ts'
import { readReorganisations, type StoredReorganisation } from '../../../catalogue/store/reorganisations.ts'
import { countObservationsFrom } from '../../../observations/store/read.ts'
import { countEventsFrom } from '../../../rollups/index.ts'
import { LISTS_BYTES } from '../../plugins/bodies.ts'
import { columnsOf } from '../../formats/columns.ts'
import { rowsFor } from '../../formats/routes.ts'
import { principalOf } from '../../plugins/permission.ts'
import { BODY, DENIED, ListOf, OPERATOR, problems } from '../../schemas/common.ts'
import { OrderSchema, ReorganisationLineSchema, ReorganisationSchema } from '../../schemas/reorganisations.ts'
import type { RequestPool } from '../../../postgres/scoped.ts'

interface Options extends Omit<CatalogueChange, 'principal'> { pool: RequestPool }

const Params = Type.Object({ id: Type.String({ maxLength: 120, examples: ['surrey-2027'] }) })
const TABLE = { title: 'Reorganisations that were made, by their day', columns: columnsOf(ReorganisationLineSchema) }
const Nothing = Type.Object({}, { additionalProperties: false })

/** Local government reorganisation: the operator makes it, everybody may read what was done and is to come. */
export const reorganisationRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { pool, ...services }) => {
  for (const schema of [OrderSchema, ReorganisationSchema, ReorganisationLineSchema]) app.addSchema(schema)
  const { db, clock } = services
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const readLater = laterDataIn(pool)
  const tags = ['catalogue']

  app.post('/reorganisations', {
    bodyLimit: LISTS_BYTES,
    config: { permission: 'operator' },
    schema: {
      operationId: 'reorganise',
      tags,
      summary: 'End authorities and begin others on a day',
      description:
        'One operation: authorities, wards, sources, provision, comparator groups and disclosure rules turn over at ' +
          'midnight of the day by themselves. `dry_run=true` checks and answers the same, and changes nothing.',
      security: OPERATOR,
      querystring: Type.Object({
        dry_run: Type.Optional(Type.Boolean({ default: false, description: 'Whether to preview only.' }))
      }, { additionalProperties: false }),
      body: Type.Ref('ReorganisationOrder'),
      response: {
        200: Type.Ref('Reorganisation', { description: 'The preview.' }),
        201: Type.Ref('Reorganisation', { description: 'It was made.' }),
        ...problems(...DENIED, ...BODY, 'reorganisation-refused')
      }
    }
  }, async (request, reply) => {
    const { dry_run: dryRun = false } = request.query
    const { madeAt, report, ...made } = await reorganise(
      contextOf(request), request.body as ReorganisationOrder, readLater, dryRun
    )
    const status = isInForce({ on_day: made.on }, clock()) ? 'in-force' : 'to-come'
    return await reply.code(dryRun ? 200 : 201).send({
      ...made, status, made_at: madeAt.toISOString(), ...report, dry_run: dryRun
    })
  })

  app.get('/reorganisations', {
    config: { permission: 'public', table: () => TABLE },
    schema: {
      operationId: 'listReorganisations',
      tags,
      summary: 'Reorganisations that were made, by their day',
      querystring: Nothing,
      response: { 200: ListOf(Type.Ref('ReorganisationLine'), 'Those done and those to come.'), ...problems() }
    }
  }, async (request, reply) => {
    const now = clock()
    return await rowsFor(request, reply, (await readReorganisations(db)).map((made) => lineOf(made, now)))
  })

  app.get('/reorganisations/:id', {
    config: { permission: 'public' },
    schema: {
      operationId: 'getReorganisation',
      tags,
      summary: 'A reorganisation, with all that passed to whom',
      params: Params,
      querystring: Nothing,
      response: { 200: Type.Ref('Reorganisation'), ...problems('not-found') }
    }
  }, async (request) => {
    const made = await findReorganisation(db, request.params.id)
    const isOperator = request.server.identify(request)?.kind === 'operator'
    return { ...lineOf(made, clock()), ...(isOperator ? made.report : openPartOf(made.report)), dry_run: false }
  })

  app.delete('/reorganisations/:id', {
    config: { permission: 'operator' },
    schema: {
      operationId: 'undoReorganisation',
      tags,
      summary: 'Undo a reorganisation while its day is still to come',
      description: 'All of it: authorities, wards and everything else are as they were.',
      security: OPERATOR,
      params: Params,
      querystring: Nothing,
      response: {
        204: Type.Null({ description: 'Undone.' }),
        ...problems(...DENIED, 'not-found', 'already-in-force', 'conflict')
      }
    }
  }, async (request, reply) => {
    await withdrawReorganisation(contextOf(request), request.params.id)
    return await reply.code(204).send(null)
  })
}

function lineOf (made: StoredReorganisation, now: number) {
  const { id, title, on_day: on, order_text: order, made_at: madeAt, report: { ended, begun } } = made
  const status = isInForce(made, now) ? 'in-force' as const : 'to-come' as const
  return { id, title, on, order, status, made_at: madeAt.toISOString(), ended, begun }
}

function openPartOf ({ ended, begun, wards, provision, comparator_groups, covers }: Report) {
  return { ended, begun, wards, provision, comparator_groups, covers }
}

function laterDataIn (pool: RequestPool): ReadLaterData {
  return async (authorityIds, day) => {
    const client = pool.within({ authorityIds })
    const events = new Map(
      (await countEventsFrom(client, authorityIds, day)).map((row) => [row.authorityId, row.events])
    )
    const figures = new Map(
      (await countObservationsFrom(client, authorityIds, day)).map((row) => [row.authorityId, row.observations])
    )
    return [...new Set([...events.keys(), ...figures.keys()])].map((authorityId) => ({
      authorityId, events: events.get(authorityId) ?? 0, observations: figures.get(authorityId) ?? 0
    }))
  }
}
