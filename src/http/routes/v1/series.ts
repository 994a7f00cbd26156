import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Catalogue } from '../../../catalogue/live.ts'
import { formatDay, localDay } from '../../../domain/calendar.ts'
import { DURATION_BOUNDS } from '../../../domain/durations.ts'
import { toWireRange } from '../../../domain/period.ts'
import { mapInSlices } from '../../../domain/slices.ts'
import { notesOf } from '../../../kpi/administration/annotations.ts'
import type { AnswerCache } from '../../../cache/answer-cache.ts'
import { askSeries, type SeriesQuestion } from '../../../series/answer.ts'
import { MOST_VALUES } from '../../../series/check-size.ts'
import { groupKeys } from '../../../series/names.ts'
import type { SeriesQuery } from '../../../series/parse.ts'
import { isWithoutEvents } from '../../../series/plan.ts'
import type { Series } from '../../../series/shape.ts'
import type { SeriesValue } from '../../../series/values.ts'
import { formatOf } from '../../formats/choose.ts'
import { tableToCsv } from '../../formats/csv.ts'
import { jsonStatOf, notesOn } from '../../formats/json-stat.ts'
import { tableOf } from '../../formats/table.ts'
import { linkTo, selfOf } from '../../plugins/base-address.ts'
import { scopeOf, sendAnswer } from '../../plugins/answer.ts'
import { directoryFor } from '../../plugins/sandbox.ts'
import { sessionOf, type Reading } from '../../plugins/session.ts'
import { ATTRIBUTION, LICENCE, problems } from '../../schemas/common.ts'
import { CSV_EXAMPLE, SeriesParametersSchema, tableOfSeries } from '../../schemas/series.ts'
import { annotationToWire, breakToWire, linkToNotes } from '../../wire/kpis.ts'

interface Options extends Reading { answers: AnswerCache, catalogue: Catalogue, clock: () => number }

/** What was counted and measured by period, for everybody to read. */
export const seriesRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app, { answers, catalogue, clock, ...reading }
) => {
  app.get('/series', {
    config: {
      permission: 'public',
      onReplica: true,
      jsonStat: true,
      table: (request) => tableOfSeries(askSeries(
        directoryFor(catalogue, request), request.query as Parameters<typeof askSeries>[1], clock()
      ).query)
    },
    schema: {
      operationId: 'readSeries',
      tags: ['series'],
      summary: 'How often something happened, or what was measured, by period and group',
      description:
        'Gaps are filled and every value has a status. Days are Europe/London days. A period cut short by ' +
          `start_on or end_on counts the days it shows. At most ${MOST_VALUES} values an answer. Amounts, durations ` +
          'and attributes are suppressed where anything of the authority may be: by ward and street for the public.',
      querystring: SeriesParametersSchema,
      response: {
        200: {
          description: 'The series, as JSON or CSV.',
          content: {
            'application/json': { schema: { $ref: 'Series#' } },
            'text/csv': { schema: { type: 'string', examples: [CSV_EXAMPLE] } }
          }
        },
        ...problems(
          'unknown-authority',
          'unknown-service',
          'unknown-channel',
          'unknown-ward',
          'unknown-measure',
          'invalid-period-range',
          'forbidden'
        )
      }
    }
  }, async (request, reply) => {
    const directory = directoryFor(catalogue, request)
    const now = clock()
    const session = sessionOf(reading, request)
    const format = formatOf(request)
    let asked: SeriesQuestion | undefined // an answer from the cache need not be asked for
    const ask = (): SeriesQuestion => (asked ??= askSeries(directory, request.query, now))
    return await sendAnswer(answers, request, reply, {
      viewer: session.viewer.name,
      time: localDay(now),
      catalogue: directory,
      scope: () => {
        const { query } = ask()
        return { ...scopeOf(query), withoutEvents: isWithoutEvents(session.viewer, directory, query) }
      },
      compute: async () => {
        const { query, answer } = ask()
        const [{ series, breaks }, notes] = await Promise.all([answer(session), notesOf(session.pool, query)])
        const self = selfOf(request)
        const annotations = notes.notes.map((note) => annotationToWire(note, directory))
        if (format === 'csv') return await tableToCsv(tableOf(request).columns, seriesRows(series))
        if (format === 'json-stat') {
          return await jsonStatOf({
            table: tableOf(request),
            rows: seriesRows(series),
            dimensions: groupKeys(query),
            href: self,
            unit: query.measure.unit,
            notes: notesOn(annotations)
          })
        }
        return await seriesToJson(series, self, {
          annotations,
          breaks: breaks.map(breakToWire),
          ...measureToWire(query)
        }, linkToNotes(notes, query, linkTo(request)))
      }
    })
  })
}

function measureToWire ({ measure: { name, kind, statistic, unit } }: SeriesQuery) {
  return { measure: name, statistic, unit, ...(kind === 'duration' && { bounds: DURATION_BOUNDS }) }
}

// Write the JSON by hand, because there may be tens of thousands of values: every group has the same dates, and silent
// groups share their values and so their bytes.
async function seriesToJson (
  series: Series[],
  self: string,
  context: { annotations: object[], breaks: object[] } & ReturnType<typeof measureToWire>,
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

function furtherOf ({ brokenOn, counted, coverage, statistics }: SeriesValue): string {
  if (brokenOn === undefined && counted === undefined && statistics === undefined) {
    return coverage === undefined ? '' : `,"coverage":${coverage}`
  }
  const { basis, notes } = counted ?? {}
  const day = brokenOn === undefined ? undefined : formatDay(brokenOn)
  const fields = { ...statistics, coverage, break: day, basis, notes }
  return `,${JSON.stringify(fields).slice(1, -1)}`
}

/** As rows, a value each, for a table. */
const seriesRows = (series: Series[]): Iterable<object> => series.values().flatMap(({ group, values }) =>
  values.values().map(({ range, value, status, statistics, coverage, brokenOn, counted }) => ({
    ...group,
    ...toWireRange(range),
    value,
    status,
    ...statistics,
    coverage,
    break: brokenOn === undefined ? null : formatDay(brokenOn),
    ...counted
  })))
