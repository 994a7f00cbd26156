import type { FastifyPluginAsync } from 'fastify'
import { Drawer } from '../../../charts/drawer.ts'
import type { Drawing } from '../../plugins/image.ts'
import { comparisonChartRoutes } from './comparison-chart.ts'
import { kpiChartRoutes } from './kpi-chart.ts'
import { seriesChartRoutes } from './series-chart.ts'

/**
 * Figures as images, for a council's own page or a report. Each has the parameters of its JSON. What is drawn at a
 * time, and what waits, is bounded as for all costly answers: a drawing is part of one.
 */
export const chartRoutes: FastifyPluginAsync<Omit<Drawing, 'drawer'>> = async (app, figures) => {
  const drawer = new Drawer()
  app.addHook('onClose', async () => await drawer.close())
  await app.register(seriesChartRoutes, { ...figures, drawer })
  await app.register(kpiChartRoutes, { ...figures, drawer })
  await app.register(comparisonChartRoutes, { ...figures, drawer })
}
