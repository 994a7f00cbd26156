import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AnswerCache } from '../../../cache/answer-cache.ts'
import { idsAsked } from '../../../catalogue/asked.ts'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { HOUR_MS } from '../../../domain/calendar.ts'
import { formatOf } from '../../formats/choose.ts'
import { columnsOf } from '../../formats/columns.ts'
import { tableToCsv } from '../../formats/csv.ts'
import { MOST_OF_CSV, withParameter } from '../../formats/paging.ts'
import { tableOf } from '../../formats/table.ts'
import { selfOf } from '../../plugins/base-address.ts'
import { sendAnswer } from '../../plugins/answer.ts'
import { sessionOf, type Reading } from '../../plugins/session.ts'
import { listOf, PageOf, problems } from '../../schemas/common.ts'
import { FeedSchema } from '../../schemas/feeds.ts'
import { feedToWire } from '../../wire/feeds.ts'
import { askFeeds } from '../../../kpi/ask-feeds.ts'

interface Options extends Reading { answers: AnswerCache, catalogue: Catalogue, clock: () => number }

const name = (description: string, example: string) =>
  Type.Optional(Type.String({ maxLength: 120, description, examples: [example] }))
const MOST = 1000
const TABLE = { title: 'What comes in, and what is late', columns: columnsOf(FeedSchema) }

/** What comes in, and what is late, for everybody to read. */
export const feedRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app, { answers, catalogue, clock, ...reading }
) => {
  app.addSchema(FeedSchema)

  app.get('/feeds', {
    config: { permission: 'public', onReplica: true, table: () => TABLE },
    schema: {
      operationId: 'listFeeds',
      tags: ['feeds'],
      summary: 'What comes in of each service, from which system, and what is late',
      description:
        'By authority, service and source. What is not published yet is shown to those who may see it. An answer ' +
          'that takes long to make may be some seconds old.',
      querystring: Type.Object({
        authority: name('Slug or GSS code.', 'solihull'),
        service: name('Slug.', 'report-missed-bin'),
        late: Type.Optional(Type.Boolean({ description: 'true: those that are late alone; false: the others.' })),
        cursor: Type.Optional(Type.String({
          maxLength: 400,
          description: 'Of the page before: see links.next.',
          examples: ['solihull/report-missed-bin/solihull/bartec']
        })),
        limit: Type.Optional(Type.Integer({
          minimum: 1, maximum: MOST, description: `100 of JSON if left out; of CSV all, up to ${MOST_OF_CSV}.`
        }))
      }, { additionalProperties: false }),
      response: {
        200: { ...PageOf(Type.Ref('Feed')), description: 'Feeds.' },
        ...problems('unknown-authority', 'unknown-service')
      }
    }
  }, async (request, reply) => {
    const csv = formatOf(request) === 'csv'
    const { query: { authority, service, late, cursor, limit = csv ? MOST_OF_CSV : 100 } } = request
    const url = selfOf(request)
    const { directory } = catalogue
    const now = clock()
    const question = {
      authority: authority === undefined
        ? undefined
        : known(directory.authority(authority), 'unknown-authority', 'authority'),
      service: service === undefined ? undefined : known(directory.service(service), 'unknown-service', 'service'),
      late,
      after: cursor,
      limit,
      now
    }
    const session = sessionOf(reading, request)
    return await sendAnswer(answers, request, reply, {
      cursor: 'cursor',
      viewer: session.viewer.name,
      time: Math.floor(now / HOUR_MS),
      catalogue: directory,
      patient: true,
      compute: async () => {
        const client = session.pool.within({ authorityIds: idsAsked(directory) })
        const { feeds, next } = await askFeeds(client, directory, session.viewer, question)
        const rows = feeds.map(feedToWire)
        const nextPage = next === undefined ? undefined : withParameter(url, 'cursor', next)
        const body = csv
          ? await tableToCsv(tableOf(request).columns, rows)
          : JSON.stringify({
            ...listOf(rows),
            links: {
              self: url,
              csv: withParameter(url, 'format', 'csv'),
              ...(nextPage !== undefined && { next: nextPage })
            }
          })
        return { body, next: nextPage }
      }
    })
  })
}
