import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { ProblemError } from '../../errors.ts'
import type { Probe } from '../../postgres/probe.ts'
import type { Replica, ReplicaState } from '../../postgres/replica.ts'
import { Nullable, problemsOfProbe } from '../schemas/common.ts'

const ReplicaSchema = Type.Object({
  in_use: Type.Boolean({ examples: [true] }),
  lag_seconds: Nullable(Type.Number({
    description: 'For how long what it has may be old; null: not known.', examples: [0.4]
  })),
  why: Type.Optional(Type.String({ description: 'Why it is not in use.', examples: ['it lags by more than 5 s'] }))
}, { description: 'The read replica, where there is one; without it the primary answers.' })

const Status = Type.String({ examples: ['ok'] })
const Alive = Type.Object({ status: Status }, { description: 'It is.' })
const AwaySchema = Type.Array(Type.Object({
  node: Type.Integer({ description: 'Its number in pg_dist_node.', examples: [2] }),
  authorities: Type.Integer({ description: 'How many authorities have their rows there.', examples: [201] })
}), { description: 'The nodes of a cluster that do not answer.' })
const Ready = Type.Object({
  status: Type.String({ description: '`degraded` while nodes of a cluster are away.', examples: ['ok'] }),
  replica: Type.Optional(ReplicaSchema),
  away: Type.Optional(AwaySchema)
}, { description: 'Send requests.' })

interface Options { probe: Probe, replica?: Pick<Replica, 'state'> | undefined }

/** Probes, for whoever runs the service. No token: a probe has none. */
export const operationsRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { probe, replica }) => {
  const quiet = { logLevel: 'warn' } as const // probes ask every few seconds

  app.get('/livez', {
    config: { permission: 'public', unconfirmed: true, whileStopping: true },
    ...quiet,
    schema: {
      operationId: 'live',
      tags: ['operations'],
      summary: 'Whether the process is up',
      description: 'Asks nothing of the database: a service that waits for its database must not be restarted for it.',
      response: { 200: Alive, ...problemsOfProbe() }
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
          'service is told to stop. Send no requests here then. A read replica that is not in use is no reason; nor ' +
          'is a node of a cluster that is away, which is `degraded`: requests about its authorities are 503, all ' +
          'others are answered.',
      response: { 200: Ready, ...problemsOfProbe('unavailable') }
    }
  }, async (request, reply) => {
    const { wrong, away } = await probe.ask()
    if (wrong !== undefined) {
      request.failure = wrong
      throw new ProblemError('unavailable', `Not ready: ${wrong}.`)
    }
    if (replica === undefined && away.length === 0) return sayOk(reply)
    return await reply.send({
      status: away.length === 0 ? 'ok' : 'degraded',
      ...(replica !== undefined && { replica: toWire(replica.state()) }),
      ...(away.length > 0 && {
        away: away.map(({ node, authorities }) => ({ node, authorities: authorities.length }))
      })
    })
  })
}

const toWire = ({ isInUse, lagMs, why }: ReplicaState) => ({
  in_use: isInUse,
  lag_seconds: lagMs === undefined ? null : Math.ceil(lagMs) / 1000,
  ...why !== undefined && { why }
})

// Answer with ready text, so that the first request of all need not wait for the compiler of serialisers.
const sayOk = (reply: FastifyReply): FastifyReply => reply.type('application/json').send('{"status":"ok"}')
