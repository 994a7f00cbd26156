import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { ProblemError } from '../../errors.ts'
import type { Probe } from '../../postgres/probe.ts'
import { problemsOfProbe } from '../schemas/common.ts'

const Health = (description: string) => Type.Object({ status: Type.String({ examples: ['ok'] }) }, { description })

/** Probes, for whoever runs the service. No token: a probe has none. */
export const operationsRoutes: FastifyPluginAsyncTypebox<{ probe: Probe }> = async (app, { probe }) => {
  const quiet = { logLevel: 'warn' } as const // probes ask every few seconds

  app.get('/livez', {
    config: { permission: 'public', unconfirmed: true, whileStopping: true },
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
    config: { permission: 'public', unconfirmed: true },
    ...quiet,
    schema: {
      operationId: 'ready',
      tags: ['operations'],
      summary: 'Whether the service can read and write: its database takes both',
      description:
        'Asks the database over a connection of its own, and answers 503, with what is wrong, while it does not ' +
          'answer within two seconds, refuses connections, is read-only, or has no room to write, and once the ' +
          'service is told to stop. Send no requests here then.',
      response: { 200: Health('Send requests.'), ...problemsOfProbe('unavailable') }
    }
  }, async (request, reply) => {
    const wrong = await probe.ask()
    if (wrong !== undefined) {
      request.failure = wrong
      throw new ProblemError('unavailable', `Not ready: ${wrong}.`)
    }
    return sayOk(reply)
  })
}

// Answer with ready text, so that the first request of all need not wait for the compiler of serialisers.
const sayOk = (reply: FastifyReply): FastifyReply => reply.type('application/json').send('{"status":"ok"}')
