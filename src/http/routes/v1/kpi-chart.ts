import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { chartOfKpi } from '../../../charts/from-kpi.ts'
import { checkPeriods, MOST_SERIES } from '../../../charts/limits.ts'
import { notesOfSeries } from '../../../charts/series-notes.ts'
import { notesOf } from '../../../kpi/administration/annotations.ts'
import { askKpiSeries, type KpiSeriesQuestion } from '../../../kpi/answer.ts'
import { scopeOf, sendAnswer } from '../../plugins/answer.ts'
import { beginImage, type Drawing } from '../../plugins/image.ts'
import { IMAGE, SizeParameters } from '../../schemas/charts.ts'
import { problems } from '../../schemas/common.ts'
import { Query } from './kpi-series.ts'
import { KpiParams } from './kpis.ts'

/** KPIs by period as lines, for everybody to see. */
export const kpiChartRoutes: FastifyPluginAsyncTypebox<Drawing> = async (app, drawing) => {
  app.get('/kpis/:kpi/series.svg', {
    config: { permission: 'public', onReplica: true },
    schema: {
      operationId: 'drawKpiSeries',
      tags: ['kpis'],
      summary: 'A KPI by period, as a chart',
      description:
        'The values of /v1/kpis/{kpi}/series as lines, with the target where all lines have the same. With ' +
          'compare_with a second line for each.',
      params: KpiParams,
      querystring: Type.Object({ ...Query.properties, ...SizeParameters }, { additionalProperties: false }),
      response: {
        200: IMAGE,
        ...problems(
          'unknown-kpi',
          'unknown-authority',
          'unknown-service',
          'unknown-ward',
          'invalid-period-range'
        )
      }
    }
  }, async (request, reply) => {
    const { params: { kpi }, query: { width, height, ...parameters } } = request
    const { directory, session, now, source, question } = beginImage(drawing, request, reply)
    let asked: KpiSeriesQuestion | undefined // an image from the cache need not be asked for
    const ask = (): KpiSeriesQuestion => {
      asked ??= askKpiSeries(directory, kpi, { ...parameters, top: parameters.top ?? MOST_SERIES }, now)
      checkPeriods(asked.query.periods.length)
      return asked
    }
    return await sendAnswer(drawing.answers, request, reply, {
      ...question,
      scope: () => scopeOf(ask().query),
      compute: async () => {
        const { query, answer } = ask()
        const [found, { notes: annotations }] = await Promise.all([answer(session), notesOf(session.pool, query)])
        const notes = notesOfSeries(directory, query, { annotations, breaks: found.breaks })
        const size = { width, height }
        return await drawing.drawer.draw(
          chartOfKpi({ directory, query, ward: parameters.ward, source, notes, size }, found)
        )
      }
    })
  })
}
