import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { chartOfComparison } from '../../../charts/from-comparison.ts'
import { compareAuthorities } from '../../../kpi/comparison.ts'
import { sendAnswer } from '../../plugins/answer.ts'
import { beginImage, type Drawing } from '../../plugins/image.ts'
import { BarParameters, IMAGE } from '../../schemas/charts.ts'
import { problems } from '../../schemas/common.ts'
import { Query } from './kpi-comparison.ts'
import { KpiParams } from './kpis.ts'

/** KPIs of authorities as bars, for everybody to see. */
export const comparisonChartRoutes: FastifyPluginAsyncTypebox<Drawing> = async (app, drawing) => {
  app.get('/kpis/:kpi/comparison.svg', {
    config: { permission: 'public', onReplica: true },
    schema: {
      operationId: 'drawComparison',
      tags: ['kpis'],
      summary: 'Every authority that delivers a service, side by side, as a chart',
      description:
        'The rows of /v1/kpis/{kpi}/comparison as bars by rank, with median and quartiles. Authorities without a ' +
          'value are listed under them, with why.',
      params: KpiParams,
      querystring: Type.Object({ ...Query.properties, ...BarParameters }, { additionalProperties: false }),
      response: {
        200: IMAGE,
        ...problems(
          'unknown-kpi',
          'unknown-service',
          'unknown-authority',
          'unknown-group',
          'invalid-period-range'
        )
      }
    }
  }, async (request, reply) => {
    const { params: { kpi }, query: { width, ...parameters } } = request
    const { directory, session, now, source, question } = beginImage(drawing, request, reply)
    return await sendAnswer(drawing.answers, request, reply, {
      ...question,
      compute: async () => await drawing.drawer.draw(chartOfComparison(
        { directory, kpi, parameters, source, width },
        await compareAuthorities(session, directory, kpi, parameters, now)
      ))
    })
  })
}
