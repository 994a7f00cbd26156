import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyRequest } from 'fastify'
import { DataError } from '../data-error.ts'
import { unpackedBytes } from '../../http/plugins/admission.ts'
import type { Slices } from '../../domain/slices.ts'
import { elementsOf, EndlessNesting, isArray } from '../../json/elements.ts'
import { explainJson, parseExact } from '../../json/exact-json.ts'
import { MOST_RECORDS, RECORD_LIMITS, Unread } from '../write/prepare.ts'

/** What a body may hold, unpacked. */
export const BODY_BYTES = 10 * 1024 * 1024

const unzip = promisify(gunzip)
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What a request's body may take, unpacked. */
export function bytesOf ({ body, headers }: FastifyRequest): number {
  const { length } = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  return encodingOf(headers) === 'identity' ? length : Math.min(unpackedBytes(length), BODY_BYTES)
}

/**
 * The JSON of a request, which the dialect checks in this order: something, JSON, called JSON. Read in slices. Records
 * beyond the limits are `Unread`; of a list longer than any that is stored only the length is right.
 */
export async function jsonBody (request: FastifyRequest, slices: Slices): Promise<unknown> {
  const bytes = await unpacked(request)
  if (bytes.length === 0) throw new DataError(400, 'Expected a body, received zero bytes')
  const value = await parsed(bytes, slices)
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new DataError(400, 'Expected header: Content-type: application/json')
  if (value === null) throw new DataError(400, 'Expected an object or a list, received null')
  return value
}

const encodingOf = (headers: FastifyRequest['headers']): string =>
  headers['content-encoding']?.trim().toLowerCase() ?? 'identity'

async function unpacked ({ body, headers }: FastifyRequest): Promise<Buffer> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  const encoding = encodingOf(headers)
  if (encoding === 'identity' || bytes.length === 0) return bytes
  if (encoding !== 'gzip') throw new DataError(400, `Content-Encoding ${encoding} is not read here; gzip is`)
  try {
    return await unzip(bytes, { maxOutputLength: BODY_BYTES })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new DataError(413, 'The body is too large')
    }
    throw new DataError(400, 'The body is not valid gzip')
  }
}

async function parsed (bytes: Buffer, slices: Slices): Promise<unknown> {
  let text = ''
  try {
    text = utf8.decode(bytes)
    const items: unknown[] = []
    let count = 0
    for (const { text: record, beyond } of elementsOf(text, RECORD_LIMITS)) {
      if (slices.over) await slices.pause()
      if (count++ < MOST_RECORDS) items.push(beyond === undefined ? parseExact(record) : new Unread(beyond))
    }
    items.length = count
    return isArray(text) ? items : items[0]
  } catch (error) {
    throw new DataError(400, `The body is not valid JSON: ${explain(text, error)}`)
  }
}

// Of a record alone the parser says where reading stopped in it, not in the body.
function explain (text: string, error: unknown): string {
  if (error instanceof EndlessNesting) return explainJson(error)
  try {
    JSON.parse(text)
    return explainJson(error)
  } catch (whole) {
    return explainJson(whole)
  }
}
