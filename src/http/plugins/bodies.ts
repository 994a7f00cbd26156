import type { FastifyInstance } from 'fastify'
import { explainJson } from '../../json/exact-json.ts'
import { ProblemError } from '../../errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The text of a body. Throws `ProblemError` for a body that is not UTF-8: its letters would be stored replaced. */
export function utf8Body (bytes: Buffer, code: 'invalid-json' | 'invalid-request'): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new ProblemError(code, 'The body is not UTF-8; save or send it in that encoding.')
  }
}

/** Refuses compressed bodies under /v1, where nothing unpacks them, with a clearer error than bad JSON. */
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
 * Lets the framework read JSON bodies only: by default it takes text/plain as well. Its own parser refuses names such
 * as `__proto__`; this one also checks the encoding, and reports where parsing stopped.
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

/** The media types that a route's `server` reads, for the error to a client who sent another. */
export const typesRead = (server: FastifyInstance): string[] =>
  TYPES.filter((type) => server.hasContentTypeParser(type))
