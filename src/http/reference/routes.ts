import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answersOf } from '../pages/schemas.ts'
import { encodingFor } from '../plugins/compress.ts'
import { PAGE, PAGE_HTML } from './page.ts'

/** What the page may do: its Send asks the service where the contract's `servers` says, which may be another origin. */
const contentSecurity = (publicUrl: string | undefined): string => [
  "default-src 'self'",
  `connect-src ${["'self'", ...publicUrl === undefined ? [] : [new URL(publicUrl).origin]].join(' ')}`,
  "base-uri 'self'",
  "frame-ancestors 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  // Scalar sets style attributes and adds a sheet of its own.
  "style-src 'self' 'unsafe-inline'"
].join('; ')
const HIDDEN = { schema: { hide: true } }
const DOCUMENTED = {
  config: { permission: 'public' as const },
  schema: {
    operationId: 'readReference',
    tags: ['pages'],
    summary: 'This reference, as a page',
    response: answersOf('The reference of the API.')
  }
}

/** The reference of the API as a page for people, at /docs. */
export function registerReference (app: FastifyInstance): void {
  const policy = contentSecurity(app.reached.publicUrl)
  app.get(PAGE, DOCUMENTED, async ({ url }: FastifyRequest, reply: FastifyReply) => {
    // Its addresses are relative to the path without a slash.
    if (url.split('?')[0]?.endsWith('/') === true) return await reply.redirect('../docs', 301)
    return await reply.type('text/html; charset=utf-8').headers({
      'content-security-policy': policy, 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache'
    }).send(PAGE_HTML)
  })
  const sheet = readFileSync(join(import.meta.dirname, 'reference.css'), 'utf8')
  app.get(`${PAGE}/reference.css`, HIDDEN, async (_request, reply) =>
    await reply.type('text/css; charset=utf-8').header('cache-control', 'no-cache').send(sheet))
  let script: Promise<Buffer> | undefined
  app.get(`${PAGE}/scalar.js`, HIDDEN, async (request, reply) => {
    script ??= readScalar()
    const zipped = await script.catch((error: unknown) => {
      script = undefined
      throw error
    })
    void reply.type('text/javascript; charset=utf-8').headers({
      'cache-control': 'public, max-age=86400', vary: 'Accept-Encoding'
    })
    if (encodingFor(request, ['gzip']) === undefined) return await reply.send(gunzipSync(zipped))
    return await reply.header('content-encoding', 'gzip').send(zipped)
  })
}

async function readScalar (): Promise<Buffer> {
  const worker = new Worker(new URL('scalar-worker.ts', import.meta.url))
  const [bytes] = await once(worker, 'message') as [Uint8Array]
  return Buffer.from(bytes)
}
