import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { chartOfSeries } from '../../../charts/from-series.ts'
import { checkPeriods } from '../../../charts/limits.ts'
import { notesOfSeries } from '../../../charts/series-notes.ts'
import { notesOf } from '../../../kpi/administration/annotations.ts'
import { askSeries, type SeriesQuestion } from '../../../series/answer.ts'
import { isWithoutEvents } from '../../../series/plan.ts'
import { scopeOf, sendAnswer } from '../../plugins/answer.ts'
import { beginImage, type Drawing } from '../../plugins/image.ts'
import { IMAGE, SizeParameters } from '../../schemas/charts.ts'
import { problems } from '../../schemas/common.ts'
import { SeriesParametersSchema } from '../../schemas/series.ts'

/** Counts of events by period as lines, for everybody to see. */
export const seriesChartRoutes: FastifyPluginAsyncTypebox<Drawing> = async (app, drawing) => {
  app.get('/series.svg', {
    config: { permission: 'public', onReplica: true },
    schema: {
      operationId: 'drawSeries',
      tags: ['series'],
      summary: 'How often something happened, or what was measured, as a chart',
      description: 'The figures of /v1/series as lines. Periods without a value are hatched, never drawn as 0.',
      querystring: Type.Object(
        { ...SeriesParametersSchema.properties, ...SizeParameters }, { additionalProperties: false }
      ),
      response: {
        200: IMAGE,
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
    const { width, height, ...parameters } = request.query
    const { directory, session, now, source, question } = beginImage(drawing, request, reply)
    let asked: SeriesQuestion | undefined // an image from the cache need not be asked for
    const ask = (): SeriesQuestion => {
      asked ??= askSeries(directory, parameters, now)
      checkPeriods(asked.query.periods.length)
      return asked
    }
    return await sendAnswer(drawing.answers, request, reply, {
      ...question,
      scope: () => {
        const { query } = ask()
        return { ...scopeOf(query), withoutEvents: isWithoutEvents(session.viewer, directory, query) }
      },
      compute: async () => {
        const { query, answer } = ask()
        const [found, { notes: annotations }] = await Promise.all([answer(session), notesOf(session.pool, query)])
        const notes = notesOfSeries(directory, query, { annotations, breaks: found.breaks })
        const size = { width, height }
        return await drawing.drawer.draw(
          chartOfSeries({ directory, query, parameters, source, notes, size }, found)
        )
      }
    })
  })
}
