import type { FastifyInstance } from 'fastify'
import { EVENT_LIMITS } from '../../domain/event.ts'
import { membersIn } from '../../json/elements.ts'
import { membersOf } from '../../json/exact-json.ts'
import { explainJson } from '../../json/explain-json.ts'
import { tooMuchIn, type StructureBounds } from '../../json/structure.ts'
import { ProblemError } from '../../errors.ts'
import { unpackBodies } from './packed-bodies.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Of settings, which most bodies are: the longest that anybody wrote, a page of two hundred modules, has 100 kB. */
export const SETTINGS_BYTES = 256 * 1024
/** Of routes that take rows, as JSON or CSV. */
export const ROWS_BYTES = EVENT_LIMITS.bodyBytes
/** Of routes that take lists of a county's wards, or a period's figures. */
export const LISTS_BYTES = 2 * 1024 * 1024

const SETTINGS: StructureBounds = { values: 20_000, textBytes: 64 * 1024, depth: 64 }
const ROWS: StructureBounds = { ...SETTINGS, values: 300_000 }

/** The text of a body. Throws `ProblemError` for a body that is not UTF-8: its letters would be stored replaced. */
export function utf8Body (bytes: Buffer, code: 'invalid-json' | 'invalid-request'): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new ProblemError(code, 'The body is not UTF-8; save or send it in that encoding.')
  }
}

/**
 * Lets the framework read JSON bodies only: by default it takes text/plain as well. Its own parser refuses names such
 * as `__proto__`; this one also checks the encoding, and reports where parsing stopped.
 */
export function readBodies (app: FastifyInstance): void {
  unpackBodies(app)
  // A browser's question before a request has no body that anybody wants, so none is read; as with GET and HEAD.
  app.addHttpMethod('OPTIONS', { hasBody: false, overrideExisting: true })
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    request.bodyBytes = bytes.length
    const bounds = request.routeOptions.bodyLimit > SETTINGS_BYTES ? ROWS : SETTINGS
    const tooMuch = tooMuchIn(bytes as Buffer, bounds)
    if (tooMuch !== undefined) {
      done(new ProblemError('invalid-request', `The body has ${tooMuch}, which nothing here takes.`))
      return
    }
    const text = utf8Body(bytes as Buffer, 'invalid-json')
    void parse(request, text, (error, body) => {
      const isRead = error === null && membersOf(body) === membersIn(text)
      done(isRead || text === '' ? error : new ProblemError('invalid-json', whyNot(text)), body)
    })
  })
}

function whyNot (text: string): string {
  const why = explainJson(text)
  return why === undefined
    ? 'The body has a field __proto__ or constructor.prototype, which is taken nowhere.'
    : `The body is not JSON: ${why}.`
}

const TYPES = [
  'application/json',
  'application/x-ndjson',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'text/csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
]

/** The media types that a route's `server` reads, for the error to a client who sent another. */
export const typesRead = (server: FastifyInstance): string[] =>
  TYPES.filter((type) => server.hasContentTypeParser(type))
