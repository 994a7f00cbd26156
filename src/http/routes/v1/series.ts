import accepts from '@fastify/accepts'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type pg from 'pg'
import { seesAllOf } from '../../plugins/sees-all.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { toWireRange } from '../../../domain/period.ts'
import { ProblemError } from '../../../errors.ts'
import { parseSeries } from '../../../query/series/parse.ts'
import { readSeries, type Series } from '../../../query/series/read.ts'
import { ATTRIBUTION, LICENCE, problems } from '../../schemas/common.ts'
import { CSV_EXAMPLE, SeriesParametersSchema } from '../../schemas/series.ts'
import { CSV_TYPE, toCsv } from '../../wire/csv.ts'

interface Options { pool: pg.Pool, catalogue: Catalogue, clock: () => number }

/** Counts of events by period, for everybody to read. */
export const seriesRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { pool, catalogue, clock }) => {
  await app.register(accepts)

  app.get('/series', {
    schema: {
      operationId: 'readSeries',
      tags: ['series'],
      summary: 'How often something happened, by period and group',
      description: 'Gaps are filled and every value has a status. Days are Europe/London days. A period cut short by start_on or end_on counts the days it shows.',
      querystring: SeriesParametersSchema,
      response: {
        200: {
          description: 'The series, as JSON or CSV.',
          content: {
            'application/json': { schema: { $ref: 'Series#' } },
            'text/csv': { schema: { type: 'string', examples: [CSV_EXAMPLE] } }
          }
        },
        ...problems('unknown-authority', 'unknown-service', 'unknown-channel', 'unknown-ward', 'invalid-period-range', 'not-acceptable')
      }
    }
  }, async (request, reply) => {
    const { directory } = catalogue
    const query = parseSeries(directory, request.query, clock(), seesAllOf(request))
    const csv = wantsCsv(request, request.query.format)
    const series = await readSeries(pool, directory, query)
    void reply.header('vary', 'Accept, Authorization')
    if (csv) return reply.type(CSV_TYPE).send(seriesToCsv(query.groupBy, series))
    const self = request.url
    return {
      data: series.map(({ group, values }) => ({ group, values: values.map(({ range, value, status }) => ({ ...toWireRange(range), value, status })) })),
      time_zone: 'Europe/London',
      licence: LICENCE,
      attribution: ATTRIBUTION,
      links: { self, csv: `${self.replace(/([?&])format=\w+&?/, '$1')}${self.endsWith('&') ? '' : '&'}format=csv` }
    }
  })
}

/** `format` decides, else the Accept header. Throws `ProblemError` where neither representation will do. */
export function wantsCsv (request: FastifyRequest, format: 'json' | 'csv' | undefined): boolean {
  if (format !== undefined) return format === 'csv'
  const type = request.accepts().type(['application/json', 'text/csv'])
  if (type === false) throw new ProblemError('not-acceptable', 'This is served as application/json and text/csv.')
  return type === 'text/csv'
}

function seriesToCsv (groupBy: string[], series: Series[]): string {
  return toCsv([...groupBy, 'start_on', 'end_on', 'value', 'status'], series.flatMap(({ group, values }) =>
    values.map(({ range, value, status }) => [...Object.values(group), ...Object.values(toWireRange(range)), value, status])))
}
