import type { Span } from '@opentelemetry/api'
import type { RequestTrace } from './request-trace.ts'

/** Collects spans of requests, and sends them where the operator wants them. */
export interface Tracing {
  /** Begins the span of a request, as a part of what its client has begun. */
  begin: (method: string, traceparent: unknown) => { span: Span, child: (name: string) => Span }
  end: (trace: RequestTrace, line: TracedRequest) => void
  close: () => Promise<void>
}

export interface TracedRequest { method: string, endpoint: string, url: string, status: number, code?: string }

const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

/** The W3C trace context that came with a request, if it is one. */
export const traceparentOf = (header: unknown): string | undefined =>
  typeof header === 'string' && TRACEPARENT.test(header) ? header : undefined

export interface Parent { traceId: string, spanId: string, traceFlags: number }

export function parentOf (header: unknown): Parent | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparentOf(header) ?? '') ?? []
  return traceId === '' ? undefined : { traceId, spanId, traceFlags: Number.parseInt(flags, 16) }
}
