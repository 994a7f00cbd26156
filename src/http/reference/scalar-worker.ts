import { parentPort } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import scalar from '@scalar/fastify-api-reference'
import fastify from 'fastify'

// In a thread of its own, which ends: the package holds its script as five megabytes of text.
const app = fastify()
await app.register(scalar, { routePrefix: '/reference', configuration: { content: { openapi: '3.1.0' } } })
const { rawPayload } = await app.inject('/reference/js/scalar.js')
parentPort?.postMessage(gzipSync(rawPayload))
