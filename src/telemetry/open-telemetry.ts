import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace as api, type Context } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { parentOf, type Tracing } from './tracing.ts'

const NAME = 'local-performance-platform'

/**
 * Spans by OpenTelemetry over OTLP: one of each request, with one of each wait for the database below it. Where to, how
 * many of them and under which name say the library's own variables, OTEL_*. Loaded only where they are wanted.
 */
export function openTelemetry (version: string): Tracing {
  const resource = resourceFromAttributes({ 'service.name': NAME, 'service.version': version })
    .merge(detectResources({ detectors: [envDetector] }))
  const provider = new BasicTracerProvider({
    resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())]
  })
  const tracer = provider.getTracer(NAME, version)
  return {
    begin: (method, traceparent) => {
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, remote(traceparent))
      const inside = api.setSpan(ROOT_CONTEXT, span)
      return {
        span,
        child: (name) => tracer.startSpan(name, {
          kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql' }
        }, inside)
      }
    },
    end: ({ span }, { method, endpoint, url, status, code }) => {
      if (span === undefined) return
      span.updateName(`${method} ${endpoint}`)
      span.setAttributes({
        'http.request.method': method,
        'http.route': endpoint,
        'url.path': url.split('?')[0] ?? '',
        'http.response.status_code': status,
        ...(code !== undefined && { 'error.type': code })
      })
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
    close: async () => await provider.shutdown()
  }
}

function remote (traceparent: unknown): Context {
  const parent = parentOf(traceparent)
  return parent === undefined ? ROOT_CONTEXT : api.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true })
}
