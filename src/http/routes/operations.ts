import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import type pg from 'pg'
import { Type } from 'typebox'
import { ProblemError } from '../../errors.ts'
import { pingDatabase } from '../../postgres/ping.ts'
import { problemsOfProbe } from '../schemas/common.ts'

const Health = (description: string) => Type.Object({ status: Type.String({ examples: ['ok'] }) }, { description })

/** Probes, for whoever runs the service. No token: a probe has none. */
export const operationsRoutes: FastifyPluginAsyncTypebox<{ pool: pg.Pool }> = async (app, { pool }) => {
  const quiet = { logLevel: 'warn' } as const // probes ask every few seconds

  app.get('/livez', {
    config: { permission: 'public', whileStopping: true },
    ...quiet,
    schema: {
      operationId: 'live',
      tags: ['operations'],
      summary: 'Whether the process is up',
      description: 'Asks nothing of the database: a service that waits for its database must not be restarted for it.',
      response: { 200: Health('It is.'), ...problemsOfProbe() }
    }
  }, async (_request, reply) => sayOk(reply))

  app.get('/readyz', {
    config: { permission: 'public' },
    ...quiet,
    schema: {
      operationId: 'ready',
      tags: ['operations'],
      summary: 'Whether the service can answer: its database does',
      description: 'Answers 503 while the database does not answer within two seconds, and once the service is told to stop; ' +
        'send no requests here then.',
      response: { 200: Health('Send requests.'), ...problemsOfProbe('unavailable') }
    }
  }, async (request, reply) => {
    try {
      await pingDatabase(pool)
    } catch (error) {
      request.log.warn({ err: error }, 'not ready')
      throw new ProblemError('unavailable', 'The database does not answer.')
    }
    return sayOk(reply)
  })
}

// Answer with ready text, so that the first request of all need not wait for the compiler of serialisers.
const sayOk = (reply: FastifyReply): FastifyReply => reply.type('application/json').send('{"status":"ok"}')
