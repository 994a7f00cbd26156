import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyRequest } from 'fastify'
import { DataError } from '../data-error.ts'
import { explainJson, parseExact } from '../../json/exact-json.ts'

/** What a body may hold, unpacked. */
export const BODY_BYTES = 10 * 1024 * 1024

const unzip = promisify(gunzip)
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The JSON of a request, which the dialect checks in this order: something, JSON, called JSON. */
export async function jsonBody (request: FastifyRequest): Promise<unknown> {
  const bytes = await unpacked(request)
  if (bytes.length === 0) throw new DataError(400, 'Expected a body, received zero bytes')
  const value = parsed(bytes)
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new DataError(400, 'Expected header: Content-type: application/json')
  if (value === null) throw new DataError(400, 'Expected an object or a list, received null')
  return value
}

async function unpacked ({ body, headers }: FastifyRequest): Promise<Buffer> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
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

function parsed (bytes: Buffer): unknown {
  try {
    return parseExact(utf8.decode(bytes))
  } catch (error) {
    throw new DataError(400, `The body is not valid JSON: ${explainJson(error)}`)
  }
}
