import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { openTelemetry } from '../../src/telemetry/open-telemetry.ts'
import { testApp } from '../support/app.ts'
import { call, event, testSource } from '../support/builders.ts'
import { logLines } from '../support/log-lines.ts'

interface Sent { name: string, traceId: string, spanId: string, parentSpanId?: string, attributes: any[], status: any }

t.test('a request is a span of its client’s trace, its waits for the database are spans of it', async (t) => {
  const received: any[] = []
  const collector = createServer((request, response) => {
    void text(request).then((body) => {
      received.push(JSON.parse(body))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  t.teardown(() => collector.close())
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'deployment.environment=test'
  const log = logLines()
  const tracing = openTelemetry('1.2.3')
  const { app } = await testApp(t, undefined, { tracing, logger: log.logger })
  const source = await testSource(app)
  const [trace, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
  await call(app, 'POST', '/v1/events', { ...source, traceparent: `00-${trace}-${parent}-01` }, event('1'))
  await call(app, 'GET', '/v1/series?authority=nowhere&service=x&token=hunter2x')
  t.match(log.requests().at(-2), { trace_id: trace })
  t.match(log.requests().at(-1), { trace_id: /^[0-9a-f]{32}$/ })
  await tracing.close()

  const [{ resource }] = received.flatMap(({ resourceSpans }) => resourceSpans)
  t.match(JSON.stringify(resource), /deployment.environment.*service.version[^}]*1.2.3/)
  const spans: Sent[] = received.flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans).flatMap((one) => one.spans)
  const sent = spans.find(({ name }) => name === 'POST /v1/events')
  t.match(sent, { traceId: trace, parentSpanId: parent })
  const below = spans.filter(({ parentSpanId }) => parentSpanId === sent?.spanId)
  t.ok(below.some(({ name }) => name === 'commit'), below.map(({ name }) => name).join())
  t.ok(below.every(({ traceId }) => traceId === trace))
  const refused = spans.find(({ name }) => name === 'GET /v1/series')
  t.match(JSON.stringify(refused?.attributes), /"http.response.status_code","value":\{"intValue":400\}.*invalid-request/)
  t.notMatch(JSON.stringify(received), /hunter2x/)
})
