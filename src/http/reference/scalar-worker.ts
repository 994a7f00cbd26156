import { parentPort } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import scalar from '@scalar/fastify-api-reference'
import fastify from 'fastify'

// In a thread of its own, which ends: the package holds its script as five megabytes of text.
const app = fastify()
await app.register(scalar, { routePrefix: '/reference', configuration: { content: { openapi: '3.1.0' } } })
const { rawPayload } = await app.inject('/reference/js/scalar.js')
// Else zod, which is in it, tries at its start whether it may make code: the page's policy forbids that, and browsers
// write each try down as an error.
const withoutEval = Buffer.from('globalThis.__zod_globalConfig = { jitless: true };\n')
parentPort?.postMessage(gzipSync(Buffer.concat([withoutEval, rawPayload])))
