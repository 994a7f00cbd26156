import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type, type TSchema } from 'typebox'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { ProblemError } from '../../errors.ts'
import { ROWS_BYTES, utf8Body } from '../plugins/bodies.ts'
import { principalOf } from '../plugins/permission.ts'
import { ADMINISTRATOR, BODY, DENIED, Licensed, licensed, OPERATOR, problems } from '../schemas/common.ts'
import { readCells, readCsv } from './cells.ts'
import { hyphenated, idOf, inWords, type Kind } from './kind.ts'
import { columnsOf } from '../formats/columns.ts'
import { csvOfRows } from '../formats/csv.ts'
import { columnsOfKind } from './list.ts'
import { changesOf, checkSent, different, rejectRows, store, type Changes, type Sent } from './plan.ts'

/** How many rows a request may have. */
export const MOST_ROWS = 20_000

const Keys = (description: string) => Type.Array(Type.String(), { description, examples: [['solihull']] })
export const ChangesSchema = Type.Object({
  dry_run: Type.Boolean({ description: 'Whether nothing was stored.' }),
  created: Keys('Keys of the rows that are new.'),
  changed: Type.Array(
    Type.Object({
      key: Type.String({ examples: ['web'] }),
      fields: Type.Record(Type.String(), Type.Object({ from: Type.Unknown(), to: Type.Unknown() }), {
        examples: [{ label: { from: 'Website', to: 'Website or app' } }]
      })
    }),
    { description: 'Rows that are not as they were, field by field.' }
  ),
  unchanged: Keys('Keys of the rows that were so already; they stay as they are, origin included.')
}, { $id: 'Changes', description: 'What a request changes.' })

/** The query of every bulk PUT. */
export const DRY_RUN = Type.Object({
  dry_run: Type.Optional(Type.Boolean({ description: 'Check everything and say what would change; store nothing.' }))
}, { additionalProperties: false })

const linesOf = new WeakMap<object, number[]>()

/** Lets the routes of `app`, which take rows of one kind alone, read CSV beside JSON. */
export function takeCsv (app: FastifyInstance, kind: Kind): void {
  const names = columnsOfKind(kind).map(({ name }) => name)
  app.addContentTypeParser('text/csv', { parseAs: 'buffer' }, async (_request: FastifyRequest, bytes: Buffer) => {
    const { rows, lines } = readCsv(utf8Body(bytes, 'invalid-request'), names, MOST_ROWS)
    const read = rows.map((row) => readCells(row, kind.input))
    linesOf.set(read, lines)
    return read
  })
}

/** The rows of a body, JSON or CSV, not checked yet. Throws `ProblemError` where it is no list or too long. */
export function sentRows (body: unknown): Sent {
  if (body === undefined) throw new ProblemError('empty-body', 'The body is empty; send application/json or text/csv.')
  if (!Array.isArray(body) || body.length === 0) {
    throw new ProblemError('invalid-request', 'body must be a list of one row or more; send a JSON array, or CSV.')
  }
  if (body.length > MOST_ROWS) {
    throw new ProblemError('too-many-events', `Send at most ${MOST_ROWS} rows a request; this one has more.`)
  }
  return { rows: body, lines: linesOf.get(body) }
}

/** Checks rows and stores those that change something, all or none; with `dryRun` it only says what would change. */
export async function putRows (
  kind: Kind, change: CatalogueChange, sent: Sent, dryRun: boolean, entry: { action: string, subject: string }
): Promise<Changes> {
  const { planned, errors } = await checkSent(kind, change, sent)
  if (errors.length > 0) throw rejectRows(errors)
  const changes = changesOf(planned)
  const rows = different(planned)
  if (!dryRun && rows.length > 0) await store(kind, change, rows, entry)
  return changes
}

/** For the contract: a list of rows, as JSON or CSV. */
export function documentedRows (kind: Kind, name = 'rows'): { content: Record<string, { schema: TSchema }> } {
  const csv = csvOfRows(columnsOf(kind.input, { flat: false }), kind.examples)
  return {
    content: {
      'application/json': {
        schema: Type.Array(Type.Ref(idOf(kind.input)), { examples: [kind.examples] })
      },
      'text/csv': {
        schema: Type.String({
          description: 'A header, then one row a line; texts of a list with | between them.',
          'x-examples': { [name]: { summary: `${kind.many} as CSV`, value: csv } }
        })
      }
    }
  }
}

/** `PUT` of many rows at once. Apart from the others, since here alone CSV is read. */
export async function putManyRoute (
  app: FastifyInstance, kind: Kind, services: Omit<CatalogueChange, 'principal'>
): Promise<void> {
  if (app.getSchema('Changes') === undefined) app.addSchema(ChangesSchema)
  await app.register(async (bulk) => {
    takeCsv(bulk, kind)
    bulk.put(kind.path, {
      bodyLimit: ROWS_BYTES,
      config: { permission: kind.permission, documentedBody: documentedRows(kind) },
      schema: {
        tags: [kind.tag],
        security: kind.permission === 'operator' ? OPERATOR : ADMINISTRATOR,
        operationId: kind.operationIds?.putMany ?? `put${kind.many}`,
        summary: `Set many ${inWords(kind.many)} at once, as JSON or CSV`,
        description:
          'All or none: every bad row is named, and nothing is stored then. Rows that are not sent stay; what a row ' +
            `leaves out stays. At most ${MOST_ROWS} rows. The list as CSV has the same columns.`,
        querystring: DRY_RUN,
        response: {
          200: Licensed(Type.Ref('Changes')),
          ...problems(...DENIED, ...BODY, 'quota-exceeded', 'rows-rejected', 'too-many-events', ...kind.codes ?? [])
        }
      }
    }, async (request) => {
      const change = { ...services, principal: principalOf(request) }
      const { dry_run: dryRun = false } = request.query as { dry_run?: boolean }
      const subject = hyphenated(kind.many)
      const changes = await putRows(kind, change, sentRows(request.body), dryRun, { action: `put-${subject}`, subject })
      return licensed({ dry_run: dryRun, ...changes })
    })
  })
}
