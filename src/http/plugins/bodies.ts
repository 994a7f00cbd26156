import type { FastifyInstance } from 'fastify'
import { explainJson } from '../../json/exact-json.ts'
import { ProblemError } from '../../errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The text of a body. Throws `ProblemError`: what is not UTF-8 would be stored with its letters replaced. */
export function utf8Body (bytes: Buffer, code: 'invalid-json' | 'invalid-request'): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new ProblemError(code, 'The body is not UTF-8; save or send it in that encoding.')
  }
}

/**
 * Under /v1 bodies are read as they come: a compressed one is called so, not bad JSON. The old dialect unpacks its own.
 */
function refuseEncodings (app: FastifyInstance): void {
  app.addHook('preParsing', async ({ headers, routeOptions }) => {
    const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
    if (encoding === 'identity' || routeOptions.url?.startsWith('/v1/') !== true) return
    throw new ProblemError(
      'unsupported-media-type',
      `Content-Encoding ${encoding} is not read here; send the body uncompressed.`
    )
  })
}

/**
 * Bodies that the framework reads are JSON, and nothing else: it would take text/plain as well. Its own parser checks
 * it, with names such as `__proto__`; here is told what it leaves out: the encoding, and where reading stopped.
 */
export function readBodies (app: FastifyInstance): void {
  refuseEncodings(app)
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    const text = utf8Body(bytes as Buffer, 'invalid-json')
    void parse(request, text, (error, body) => {
      done(error !== null && text !== '' ? new ProblemError('invalid-json', whyNot(text)) : error, body)
    })
  })
}

function whyNot (text: string): string {
  try {
    JSON.parse(text)
    return 'The body has a field __proto__ or constructor.prototype, which is taken nowhere.'
  } catch (error) {
    return `The body is not JSON: ${explainJson(error)}.`
  }
}

const TYPES = [
  'application/json',
  'application/x-ndjson',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'text/csv'
]

/** What a route's `server` reads, for who sent something else. */
export const typesRead = (server: FastifyInstance): string[] =>
  TYPES.filter((type) => server.hasContentTypeParser(type))
