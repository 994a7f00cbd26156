import type { FastifyRequest } from 'fastify'
import { DataError } from '../data-error.ts'
import { codingOf, NotUnpacked, unpack, unpackedBytes } from '../../http/gzip.ts'
import type { Slices } from '../../domain/slices.ts'
import { elementsOf, isArray, type Element } from '../../json/elements.ts'
import { membersOf, parseExact } from '../../json/exact-json.ts'
import { explainJson } from '../../json/explain-json.ts'
import { MOST_RECORDS, RECORD_LIMITS, Unread } from '../write/prepare.ts'

/** What a body may hold, unpacked. */
export const BODY_BYTES = 10 * 1024 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What a request's body may take, unpacked. */
export function bytesOf ({ body, headers }: FastifyRequest): number {
  const { length } = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  return codingOf(headers) === 'identity' ? length : Math.min(unpackedBytes(length), BODY_BYTES)
}

/**
 * The JSON of a request, which the dialect checks in this order: something, called JSON, JSON. Read in slices. Records
 * beyond the limits are `Unread`; of a list longer than any that is stored only the length is right.
 */
export async function jsonBody (request: FastifyRequest, slices: Slices): Promise<unknown> {
  const bytes = await unpacked(request)
  if (bytes.length === 0) throw new DataError(400, 'Expected a body, received zero bytes')
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw notWanted(request, 'Expected header: Content-type: application/json')
  const value = await parsed(bytes, slices)
  if (value === null) throw notWanted(request, 'Expected an object or a list, received null')
  return value
}

// As the original answered what was none of its JSON: PUT with one message, the others with a list of them.
const notWanted = ({ method }: FastifyRequest, message: string): DataError =>
  new DataError(400, method === 'PUT' ? message : [message])

async function unpacked ({ body, headers }: FastifyRequest): Promise<Buffer> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  const coding = codingOf(headers)
  if (coding === 'identity' || bytes.length === 0) return bytes
  if (coding !== 'gzip') throw new DataError(400, `Content-Encoding ${coding} is not read here; gzip is`)
  try {
    return await unpack(bytes, BODY_BYTES)
  } catch (error) {
    if (!(error instanceof NotUnpacked)) throw error
    if (error.isTooLarge) throw new DataError(413, 'The body is too large')
    throw new DataError(400, `The body ${error.message}`)
  }
}

async function parsed (bytes: Buffer, slices: Slices): Promise<unknown> {
  let text = ''
  try {
    text = utf8.decode(bytes)
    const items: unknown[] = []
    let count = 0
    for (const element of elementsOf(text, RECORD_LIMITS)) {
      if (slices.over) await slices.pause()
      if (count++ < MOST_RECORDS) items.push(recordOf(element))
    }
    items.length = count
    return isArray(text) ? items : items[0]
  } catch {
    throw new DataError(400, `The body is not valid JSON: ${
      text === '' ? 'it is not UTF-8' : explainJson(text) ?? 'it cannot be read'}`)
  }
}

function recordOf ({ text, members, beyond }: Element): unknown {
  if (beyond !== undefined) return new Unread(beyond)
  const record = parseExact(text)
  if (membersOf(record) !== members) throw new SyntaxError('a member is there twice')
  return record
}
