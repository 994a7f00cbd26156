import accepts from '@fastify/accepts'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AnswerCache } from '../../../cache/answer-cache.ts'
import { idsAsked } from '../../../catalogue/asked.ts'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { HOUR_MS } from '../../../domain/calendar.ts'
import { JSON_TYPE, sendAnswer, wantsCsv } from '../../plugins/answer.ts'
import { sessionOf, type Reading } from '../../plugins/session.ts'
import { listOf, PageOf, problems, UNCHANGED } from '../../schemas/common.ts'
import { FeedSchema } from '../../schemas/feeds.ts'
import { withParameter } from '../../kinds/list.ts'
import { CSV_TYPE } from '../../wire/csv.ts'
import { feedsToCsv, feedToWire } from '../../wire/feeds.ts'
import { askFeeds } from '../../../kpi/ask-feeds.ts'

interface Options extends Reading { answers: AnswerCache, catalogue: Catalogue, clock: () => number }

const name = (description: string, example: string) =>
  Type.Optional(Type.String({ maxLength: 120, description, examples: [example] }))
const MOST = 1000

/** What comes in, and what is late, for everybody to read. */
export const feedRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app, { answers, catalogue, clock, ...reading }
) => {
  app.addSchema(FeedSchema)
  await app.register(accepts)

  app.get('/feeds', {
    config: { permission: 'public' },
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
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST, default: 100 })),
        format: Type.Optional(Type.Enum(['json', 'csv'], { description: 'Otherwise the Accept header decides.' }))
      }, { additionalProperties: false }),
      response: {
        200: {
          description: 'Feeds.',
          content: {
            'application/json': { schema: PageOf(Type.Ref('Feed')) },
            'text/csv': { schema: Type.String() }
          }
        },
        304: { description: UNCHANGED, type: 'null' },
        ...problems('unknown-authority', 'unknown-service', 'not-acceptable')
      }
    }
  }, async (request, reply) => {
    const { query: { authority, service, late, cursor, limit = 100, format }, url } = request
    const { directory } = catalogue
    const csv = wantsCsv(request, format)
    void reply.header('vary', 'Accept')
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
      type: csv ? CSV_TYPE : JSON_TYPE,
      viewer: session.viewer.name,
      time: Math.floor(now / HOUR_MS),
      catalogue: directory,
      patient: true,
      compute: async () => {
        const client = session.pool.within({ authorityIds: idsAsked(directory) })
        const { feeds, next } = await askFeeds(client, directory, session.viewer, question)
        const rows = feeds.map(feedToWire)
        if (csv) return feedsToCsv(rows)
        return JSON.stringify({
          ...listOf(rows),
          links: {
            self: url,
            csv: withParameter(url, 'format', 'csv'),
            ...(next !== undefined && { next: withParameter(url, 'cursor', next) })
          }
        })
      }
    })
  })
}
