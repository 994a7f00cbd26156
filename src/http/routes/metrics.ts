import { DENIED, problems } from '../schemas/common.ts'
import type { FastifyPluginAsync } from 'fastify'
import type { Registry } from 'prom-client'

/** What the process counts, for Prometheus; `METRICS_PORT` serves the same without a token. */
export const metricsRoutes: FastifyPluginAsync<{ registry: Registry }> = async (app, { registry }) => {
  app.get('/metrics', {
    config: { permission: 'monitor', unconfirmed: true, whileStopping: true },
    logLevel: 'warn',
    schema: {
      operationId: 'metrics',
      tags: ['operations'],
      summary: 'What this process counts, for Prometheus',
      description:
        'With the operator’s token or that of `METRICS_TOKEN`. docs/operations.md says what each counter means.',
      produces: ['text/plain'],
      response: {
        200: {
          description: 'In the text format of Prometheus.',
          content: { 'text/plain': { schema: { type: 'string', examples: ['lpp_ready 1'] } } }
        },
        ...problems(...DENIED)
      }
    }
  }, async (_request, reply) => await reply.type(registry.contentType).send(await registry.metrics()))
}
