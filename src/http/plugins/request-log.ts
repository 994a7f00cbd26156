import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Catalogue } from '../../catalogue/live.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { reasonOf } from '../../postgres/failures.ts'
import { maskAddress, maskSecrets } from '../../telemetry/mask.ts'
import type { RequestMetrics } from '../../telemetry/request-metrics.ts'
import { RequestTrace, within } from '../../telemetry/request-trace.ts'
import { traceparentOf, type Tracing } from '../../telemetry/tracing.ts'
import './rows-outcome.ts' // its types: `request.rows`
import { senderOf } from './sender.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Measures a request, and writes its line when it is over. */
    followRequest: (request: FastifyRequest, reply: FastifyReply) => void
  }
  interface FastifyRequest {
    trace: RequestTrace
    /** The code of the problem that it was answered with. */
    problem: string | null
    /** Why the service could not answer, for whoever runs it. */
    failure: string | null
    /** What was thrown that nobody expected. */
    thrown: unknown
    /** Of its body, as it came. */
    bodyBytes: number | null
  }
}

interface Options {
  catalogue: Catalogue
  metrics: RequestMetrics
  tracing?: Tracing | undefined
}

/** What a client who left before the answer has in place of a status, as with nginx. */
export const CLIENT_LEFT = 499

/** One line a request, once it is answered or its client has left. First of all plugins. */
export function logRequests (app: FastifyInstance, { catalogue, metrics, tracing }: Options): void {
  app.decorateRequest('trace')
  for (const name of ['rows', 'problem', 'failure', 'thrown', 'bodyBytes'] as const) app.decorateRequest(name, null)
  app.decorate('followRequest', (request, reply) => {
    const { raw } = reply
    const trace = new RequestTrace(tracing?.begin(request.method, request.headers['traceparent']))
    request.trace = trace
    const socket: { bytesWritten?: number } = request.raw.socket // without a network it has none
    const sentBefore = socket.bytesWritten ?? 0
    let isSent = false
    raw.once('finish', () => {
      isSent = true
    })
    metrics.begun()
    raw.once('close', () => {
      const sent = { isSent, bytes: (socket.bytesWritten ?? 0) - sentBefore }
      const line = lineOf(request, reply, catalogue.directory, sent)
      metrics.ended(line)
      tracing?.end(trace, line)
      write(request, line)
    })
  })
  app.addHook('onRequest', (request, reply, done) => {
    app.followRequest(request, reply)
    within(request.trace, done)
  })
  // The body came in by the connection, which is no request's.
  app.addHook('preValidation', (request, _reply, done) => {
    within(request.trace, done)
  })
}

export type RequestLine = ReturnType<typeof lineOf>

const tenths = (ms: number): number => Math.round(ms * 10) / 10

interface Sent { isSent: boolean, bytes: number }

function lineOf (request: FastifyRequest, reply: FastifyReply, directory: Directory, { isSent, bytes }: Sent) {
  const { raw, statusCode } = reply
  const traceparent = traceparentOf(request.headers['traceparent'])
  const { span, databaseMs } = request.trace
  return {
    ...(traceparent !== undefined && { traceparent }),
    ...(span !== undefined && { trace_id: span.spanContext().traceId }),
    ...senderOf(request, directory),
    client: request.ip,
    method: request.method,
    endpoint: request.routeOptions.url ?? 'none',
    url: maskAddress(request.url),
    status: isSent || raw.headersSent ? statusCode : CLIENT_LEFT,
    ...(!isSent && { left: true }),
    ...(request.problem !== null && { code: request.problem }),
    ...(request.rows !== null && { rows: request.rows }),
    bytes_in: request.bodyBytes ?? Number(request.headers['content-length'] ?? 0),
    bytes_out: bytesOf(request, reply) ?? bytes,
    ms: tenths(reply.elapsedTime),
    db_ms: tenths(databaseMs),
    ...(request.failure !== null && { reason: request.failure }),
    ...(request.thrown !== null && { err: request.thrown })
  }
}

function bytesOf ({ method }: FastifyRequest, reply: FastifyReply): number | undefined {
  if (method === 'HEAD' || [204, 304].includes(reply.statusCode)) return 0
  const length = reply.getHeader('content-length')
  return length === undefined ? undefined : Number(length)
}

// What whoever runs the service has to see stands out.
function write (request: FastifyRequest, line: RequestLine): void {
  if (line.err !== undefined) request.log.error(line, 'request')
  else if (line.status >= 500) request.log.warn(line, 'request')
  else request.log.info(line, 'request')
}

/** Has the line of a request say why the database could not be used for it. A lost connection has a line of its own. */
export function noteFailure (request: FastifyRequest, error: unknown): void {
  request.failure = reasonOf(error)
}

/** Whether an error is no more than that the client left while its body was on its way. */
export const isClientGone = ({ raw }: FastifyRequest): boolean => raw.destroyed && !raw.complete

/** An id that a client may give its request: nothing that looks like a secret, which the log would keep. */
export function acceptedRequestId (header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.:-]{1,100}$/.test(header) && maskSecrets(header) === header
    ? header
    : undefined
}
