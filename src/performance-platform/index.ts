import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { DataError } from './data-error.ts'
import { publicDashboardRoutes } from './routes/dashboards.ts'
import { performancePlatformRoutes } from './routes/index.ts'
import { allowAnyOrigin, sendError } from './routes/respond.ts'
import type { DialectServices } from './routes/services.ts'
import { dashboardRoutes } from './routes/v1-dashboards.ts'
import { dataSetRoutes } from './routes/v1-data-sets.ts'

/** The old dialect as the app sees it: dashboards first, since an old address of one word takes whatever is left. */
export const performancePlatform: FastifyPluginAsync<DialectServices> = async (app, services) => {
  await app.register(publicDashboardRoutes, services)
  await app.register(performancePlatformRoutes, services)
}

/** What `/v1` has of it: data sets and dashboards, as the operator puts them. */
export const performancePlatformV1: FastifyPluginAsync<DialectServices> = async (app, services) => {
  await app.register(dashboardRoutes, services)
  await app.register(dataSetRoutes, services)
}

/** What the original says at `/`. */
export async function refuseRoot (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const error = new DataError(404, 'Not Found; the API is described at /docs')
  return await sendError(error, request, allowAnyOrigin(reply))
}
