import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Source } from '../../../catalogue/directory.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { ProblemError } from '../../../errors.ts'
import { ownerOf } from '../../../intake/owner.ts'
import type { Intake } from '../../../intake/intake.ts'
import { inTransactionWithin, type RequestPool } from '../../../postgres/scoped.ts'
import {
  countRejections, deleteRejections, readRejection, readRejections, type Place, type RejectionFilter
} from '../../../quarantine/store/rejections.ts'
import { formatOf } from '../../formats/choose.ts'
import { CSV_TYPE } from '../../formats/csv.ts'
import { withParameter } from '../../formats/paging.ts'
import { selfOf } from '../../plugins/base-address.ts'
import { filterOf, noSuchRejection, sourceWanted } from '../../plugins/which-rejections.ts'
import { DENIED, listOf, PageOf, problems, SOURCE_OR_ADMINISTRATOR } from '../../schemas/common.ts'
import { CURSOR, OF_SOURCE, RejectionId, WHICH } from '../../schemas/rejections.ts'
import { rejectionsToCsv } from '../../wire/rejections-csv.ts'
import { idOf, placeOf, rejectionToWire } from '../../wire/rejections.ts'

interface Options { intake: Intake, requests: RequestPool, catalogue: Catalogue, clock: () => number }

/** Rows and bytes of a page; of a CSV as many as a batch may have, so that a file comes back whole. */
const [MOST, MOST_OF_CSV, PAGE_BYTES] = [500, 10_000, 8 * 1024 * 1024]

/** Rows that were refused, for whoever sent them and whoever governs the source. */
export const rejectionRoutes: FastifyPluginAsyncTypebox<Options> = async (app, services) => {
  const { intake, requests, catalogue, clock } = services
  const config = { permission: 'source-or-administrator' as const }
  const common = { tags: ['rejections'], security: SOURCE_OR_ADMINISTRATOR }
  const refusals = [...DENIED, 'not-found', 'unknown-authority'] as const
  const one = {
    ...common,
    params: Type.Object({ id: RejectionId }),
    querystring: Type.Object(OF_SOURCE, { additionalProperties: false })
  }
  const readerFor = ({ authority_id: id }: Source) => requests.within({ authorityIds: [id] })

  app.get('/rejections', {
    config,
    schema: {
      ...common,
      operationId: 'listRejections',
      summary: 'Rows that were refused, as they came, with their errors',
      description:
        'The oldest first. As CSV each row has its own columns, with line, reason, code, field and column behind ' +
          'them: mend it in a spreadsheet and send it again. `Link` names the next page.',
      querystring: Type.Object({
        ...WHICH,
        ...CURSOR,
        limit: Type.Optional(Type.Integer({
          minimum: 1, maximum: MOST_OF_CSV, description: `100 of JSON, and ${MOST} at most; ${MOST_OF_CSV} of CSV.`
        })),
        format: Type.Optional(Type.Enum(['json', 'csv']))
      }, { additionalProperties: false }),
      response: {
        200: {
          description: 'Rejections.',
          content: {
            'application/json': { schema: PageOf(Type.Ref('Rejection')) },
            'text/csv': { schema: Type.String({ description: 'One row a rejection.' }) }
          }
        },
        ...problems(...refusals, 'not-acceptable')
      }
    }
  }, async (request, reply) => {
    const source = sourceWanted(catalogue, request)
    const csv = formatOf(request) === 'csv'
    const { cursor, limit = csv ? MOST_OF_CSV : 100 } = request.query
    const [client, owner, now] = [readerFor(source), ownerOf(source), new Date(clock())]
    const filter = filterOf(request.query)
    const page = await readRejections(client, owner, now, filter, {
      after: cursor === undefined ? undefined : placeOf(cursor),
      limit: csv ? limit : Math.min(limit, MOST),
      bytes: PAGE_BYTES
    })
    const last = page.at(-1)
    const isEnd = last === undefined || await countRejections(client, owner, now, filter, last) === 0
    const self = selfOf(request)
    const next = isEnd ? undefined : withParameter(self, 'cursor', idOf(last))
    if (!csv) {
      return { ...listOf(page.map(rejectionToWire)), links: { self, ...(next !== undefined && { next }) } }
    }
    if (next !== undefined) void reply.header('link', `<${next}>; rel="next"`)
    return await reply.type(CSV_TYPE).header('content-disposition', 'attachment; filename="rejections.csv"')
      .send(await rejectionsToCsv(page))
  })

  const remove = async (source: Source, filter: RejectionFilter, place?: Place): Promise<number> =>
    await inTransactionWithin(intake.pool, { authorityIds: [source.authority_id] }, async (client) =>
      await deleteRejections(client, ownerOf(source), new Date(clock()), filter, place))

  app.delete('/rejections', {
    config,
    schema: {
      ...common,
      operationId: 'deleteRejections',
      summary: 'Remove rejections that were dealt with',
      description: 'At least one filter beside the source has to be named.',
      querystring: Type.Object(WHICH, { additionalProperties: false }),
      response: {
        200: Type.Object({ removed: Type.Integer({ examples: [12] }) }, { description: 'They are gone.' }),
        ...problems(...refusals)
      }
    }
  }, async (request) => {
    const source = sourceWanted(catalogue, request)
    const filter = filterOf(request.query)
    if (Object.keys(filter).length === 0) {
      throw new ProblemError('invalid-request', 'Name which are to go: by code, field, receipt, state or kind.')
    }
    return { removed: await remove(source, filter) }
  })

  app.get('/rejections/:id', {
    config,
    schema: {
      ...one,
      operationId: 'getRejection',
      summary: 'A row that was refused',
      response: { 200: Type.Ref('Rejection'), ...problems(...refusals) }
    }
  }, async (request) => {
    const [source, place] = [sourceWanted(catalogue, request), placeOf(request.params.id)]
    const found = await readRejection(readerFor(source), ownerOf(source), new Date(clock()), place)
    if (found === undefined) throw noSuchRejection(place)
    return rejectionToWire(found)
  })

  app.delete('/rejections/:id', {
    config,
    schema: {
      ...one,
      operationId: 'deleteRejection',
      summary: 'Remove a rejection that was dealt with',
      response: { 204: Type.Null({ description: 'It is gone.' }), ...problems(...refusals) }
    }
  }, async (request, reply) => {
    const place = placeOf(request.params.id)
    if (await remove(sourceWanted(catalogue, request), {}, place) === 0) throw noSuchRejection(place)
    return reply.code(204).send(null)
  })
}
