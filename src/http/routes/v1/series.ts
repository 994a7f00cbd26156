import accepts from '@fastify/accepts'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Catalogue } from '../../../catalogue/live.ts'
import { formatDay, localDay } from '../../../domain/calendar.ts'
import { toWireRange } from '../../../domain/period.ts'
import { mapInSlices } from '../../../domain/slices.ts'
import { notesOf } from '../../../kpi/administration/annotations.ts'
import type { AnswerCache } from '../../../cache/answer-cache.ts'
import { askSeries, type SeriesQuestion } from '../../../series/answer.ts'
import { MOST_VALUES, readsReleasesAlone } from '../../../series/plan.ts'
import type { Series } from '../../../series/shape.ts'
import type { SeriesValue } from '../../../series/values.ts'
import { JSON_TYPE, scopeOf, sendAnswer, wantsCsv } from '../../plugins/answer.ts'
import { directoryFor } from '../../plugins/sandbox.ts'
import { sessionOf, type Reading } from '../../plugins/session.ts'
import { ATTRIBUTION, LICENCE, problems, UNCHANGED } from '../../schemas/common.ts'
import { CSV_EXAMPLE, SeriesParametersSchema } from '../../schemas/series.ts'
import { CSV_TYPE, toCsv } from '../../wire/csv.ts'
import { annotationToWire, breakToWire, linkToNotes } from '../../wire/kpis.ts'

interface Options extends Reading { answers: AnswerCache, catalogue: Catalogue, clock: () => number }

/** Counts of events by period, for everybody to read. */
export const seriesRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app, { answers, catalogue, clock, ...reading }
) => {
  await app.register(accepts)

  app.get('/series', {
    config: { permission: 'public' },
    schema: {
      operationId: 'readSeries',
      tags: ['series'],
      summary: 'How often something happened, by period and group',
      description:
        'Gaps are filled and every value has a status. Days are Europe/London days. A period cut short by ' +
          `start_on or end_on counts the days it shows. At most ${MOST_VALUES} values an answer.`,
      querystring: SeriesParametersSchema,
      response: {
        200: {
          description: 'The series, as JSON or CSV.',
          content: {
            'application/json': { schema: { $ref: 'Series#' } },
            'text/csv': { schema: { type: 'string', examples: [CSV_EXAMPLE] } }
          }
        },
        304: { description: UNCHANGED, type: 'null' },
        ...problems(
          'unknown-authority',
          'unknown-service',
          'unknown-channel',
          'unknown-ward',
          'invalid-period-range',
          'not-acceptable'
        )
      }
    }
  }, async (request, reply) => {
    const directory = directoryFor(catalogue, request)
    const now = clock()
    const session = sessionOf(reading, request)
    const csv = wantsCsv(request, request.query.format)
    void reply.header('vary', 'Accept')
    let asked: SeriesQuestion | undefined // an answer from the cache need not be asked for
    const ask = (): SeriesQuestion => (asked ??= askSeries(directory, request.query, now))
    return await sendAnswer(answers, request, reply, {
      viewer: session.viewer.name,
      time: localDay(now),
      catalogue: directory,
      type: csv ? CSV_TYPE : JSON_TYPE,
      scope: () => ({ ...scopeOf(ask().query), withoutEvents: readsReleasesAlone(session.viewer, ask().query) }),
      compute: async () => {
        const { query, answer } = ask()
        const [{ series, breaks }, notes] = await Promise.all([answer(session), notesOf(session.pool, query)])
        if (csv) return await seriesToCsv(query.groupBy, series)
        return await seriesToJson(series, request.url, {
          annotations: notes.notes.map((note) => annotationToWire(note, directory)),
          breaks: breaks.map(breakToWire)
        }, linkToNotes(notes, query))
      }
    })
  })
}

// Write the JSON by hand, because there may be tens of thousands of values: every group has the same dates, and silent
// groups share their values and so their bytes.
async function seriesToJson (
  series: Series[],
  self: string,
  context: { annotations: object[], breaks: object[] },
  linked: { annotations?: string }
): Promise<Buffer> {
  const starts = series[0]?.values.map(({ range }) => {
    const { start_on, end_on } = toWireRange(range)
    return `{"start_on":"${start_on}","end_on":"${end_on}","value":`
  }) ?? []
  const texts = new Map<Series['values'], Buffer>()
  const textOf = (values: Series['values']): Buffer => {
    const texts = values.map((value, i) =>
      `${starts[i] ?? ''}${value.value},"status":"${value.status}"${furtherOf(value)}}`)
    return Buffer.from(`,"values":[${texts.join(',')}]}`)
  }
  const data = await mapInSlices(series, ({ group, values }, i) => {
    const text = texts.get(values) ?? textOf(values)
    texts.set(values, text)
    return [Buffer.from(`${i === 0 ? '' : ','}{"group":${JSON.stringify(group)}`), text]
  })
  const rest = {
    ...context,
    time_zone: 'Europe/London',
    licence: LICENCE,
    attribution: ATTRIBUTION,
    links: {
      self, csv: `${self.replace(/([?&])format=\w+&?/, '$1')}${self.endsWith('&') ? '' : '&'}format=csv`, ...linked
    }
  }
  return Buffer.concat([Buffer.from('{"data":['), ...data.flat(), Buffer.from(`],${JSON.stringify(rest).slice(1)}`)])
}

function furtherOf ({ brokenOn, counted, coverage }: SeriesValue): string {
  if (brokenOn === undefined && counted === undefined) return coverage === undefined ? '' : `,"coverage":${coverage}`
  const { basis, notes } = counted ?? {}
  const fields = { coverage, break: brokenOn === undefined ? undefined : formatDay(brokenOn), basis, notes }
  return `,${JSON.stringify(fields).slice(1, -1)}`
}

// Give every answer by ward a column of breaks, so that columns depend on the question, not on what was reported.
async function seriesToCsv (groupBy: string[], series: Series[]): Promise<string> {
  const byWard = groupBy.includes('ward')
  return await toCsv(
    [...groupBy, 'start_on', 'end_on', 'value', 'status', ...(byWard ? ['break'] : [])],
    series.values().flatMap(({ group, values }) =>
      values.map(({ range, value, status, brokenOn }) => [
        ...Object.values(group),
        ...Object.values(toWireRange(range)),
        value,
        status,
        ...(byWard ? [brokenOn === undefined ? '' : formatDay(brokenOn)] : [])
      ])
    )
  )
}
