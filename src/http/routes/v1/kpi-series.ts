import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Catalogue } from '../../../catalogue/live.ts'
import { formatDay, localDay } from '../../../domain/calendar.ts'
import { versionInForce } from '../../../domain/kpi/definition.ts'
import { Type, type Static } from 'typebox'
import { notesOf } from '../../../kpi/administration/annotations.ts'
import { askKpiSeries, type KpiSeriesQuestion } from '../../../kpi/answer.ts'
import type { AnswerCache } from '../../../cache/answer-cache.ts'
import { formatOf } from '../../formats/choose.ts'
import { tableToCsv } from '../../formats/csv.ts'
import { jsonStatOf, notesOn } from '../../formats/json-stat.ts'
import { tableOf } from '../../formats/table.ts'
import { linkTo, selfOf } from '../../plugins/base-address.ts'
import { scopeOf, sendAnswer } from '../../plugins/answer.ts'
import { directoryFor } from '../../plugins/sandbox.ts'
import { sessionOf, type Reading } from '../../plugins/session.ts'
import { ATTRIBUTION, LICENCE, problems } from '../../schemas/common.ts'
import { PeriodParameters, PredecessorsParameter } from '../../schemas/series.ts'
import { groupsOf, tableOfKpiSeries } from '../../schemas/kpis.ts'
import { annotationToWire, breakToWire, linkToNotes, seriesRows, seriesToJson } from '../../wire/kpis.ts'
import { KpiParams } from './kpis.ts'

interface Options extends Reading { answers: AnswerCache, catalogue: Catalogue, clock: () => number }

export const Query = Type.Object({
  authority: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    maxItems: 500,
    description: 'Slugs or GSS codes; several are one rate of sums unless grouped by authority.',
    examples: [['solihull']]
  })),
  service: Type.String({ maxLength: 120, examples: ['report-missed-bin'] }),
  ...PeriodParameters,
  group_by: Type.Optional(Type.Array(Type.Enum(['authority', 'channel', 'ward', 'street']), {
    maxItems: 2,
    description: 'One of channel, ward and street, with or without authority. Streets by month or longer.',
    examples: [['authority']]
  })),
  ward: Type.Optional(Type.String({
    maxLength: 80, description: 'Only this ward, or only streets of this ward.', examples: ['E05001286']
  })),
  top: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: 500,
    description: 'With group_by=street: only those with the most; 20 if left out.',
    examples: [20]
  })),
  predecessors: PredecessorsParameter,
  compare_with: Type.Optional(Type.Enum(['previous', 'year-earlier'], {
    description:
        'Sets the value of another period beside each: the one before, or the one a year earlier (52 weeks for weeks).'
  }))
}, { additionalProperties: false })

/** KPIs by period, for everybody to read. */
export const kpiSeriesRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app, { answers, catalogue, clock, ...reading }
) => {
  app.get('/kpis/:kpi/series', {
    config: {
      permission: 'public',
      onReplica: true,
      jsonStat: true,
      table: (request) => tableOfKpiSeries(askKpiSeries(
        directoryFor(catalogue, request), (request.params as Static<typeof KpiParams>).kpi,
        request.query as Static<typeof Query>, clock()
      ).query)
    },
    schema: {
      operationId: 'readKpiSeries',
      tags: ['kpis'],
      summary: 'A KPI by period and group, with what it was worked out from',
      description:
        'Periods are whole ones: every one that has a day in the range. Both sides of a rate are about the same ' +
          'days; a figure counts for the period that contains it whole.',
      params: KpiParams,
      querystring: Query,
      response: {
        200: Type.Ref('KpiSeries'),
        ...problems('unknown-kpi', 'unknown-authority', 'unknown-service', 'unknown-ward', 'invalid-period-range')
      }
    }
  }, async (request, reply) => {
    const directory = directoryFor(catalogue, request)
    const { query } = request
    const [self, link] = [selfOf(request), linkTo(request)]
    const now = clock()
    const session = sessionOf(reading, request)
    const format = formatOf(request)
    let asked: KpiSeriesQuestion | undefined // an answer from the cache need not be asked for
    const ask = (): KpiSeriesQuestion => (asked ??= askKpiSeries(directory, request.params.kpi, query, now))
    return await sendAnswer(answers, request, reply, {
      viewer: session.viewer.name,
      time: localDay(now),
      catalogue: directory,
      scope: () => scopeOf(ask().query),
      compute: async () => {
        const { query: question, answer } = ask()
        const [{ series, breaks }, notes] = await Promise.all([answer(session), notesOf(session.pool, question)])
        const definition =
          versionInForce(question.versions, formatDay(question.periods.at(-1)?.start ?? question.today)) ??
            question.versions.at(-1)
        const annotations = notes.notes.map((note) => annotationToWire(note, directory))
        if (format !== 'json') {
          const about = { kpi: question.kpi, unit: definition?.unit }
          const [table, rows] = [tableOf(request), seriesRows(about, series, directory, question)]
          return format === 'csv'
            ? await tableToCsv(table.columns, rows)
            : await jsonStatOf({
              table,
              rows,
              dimensions: groupsOf(question),
              href: self,
              unit: about.unit,
              notes: notesOn(annotations)
            })
        }
        const head = { kpi: question.kpi, title: definition?.title ?? '', unit: definition?.unit ?? '' }
        const rest = {
          annotations,
          breaks: breaks.map(breakToWire),
          time_zone: 'Europe/London',
          licence: LICENCE,
          attribution: ATTRIBUTION,
          links: { self, definition: link(`/v1/kpis/${question.kpi}`), ...linkToNotes(notes, question, link) }
        }
        const data = await seriesToJson(series, directory, question)
        return `${JSON.stringify(head).slice(0, -1)},"data":${data},${JSON.stringify(rest).slice(1)}`
      }
    })
  })
}
