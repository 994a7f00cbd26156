import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest, RequestPayload } from 'fastify'
import { ProblemError } from '../../errors.ts'
import { codingOf, NotUnpacked, unpack } from '../gzip.ts'

/**
 * Unpacks gzip under /v1, whatever the media type, before anything else reads or hashes a body; the old dialect does so
 * itself, with its own errors. What is too large, packed or unpacked, is refused before it is spent.
 */
export function unpackBodies (app: FastifyInstance): void {
  app.addHook('preParsing', async (request, reply, payload) => {
    if (request.routeOptions.url?.startsWith('/v1/') !== true || !isPacked(request, reply)) return undefined
    const { bodyLimit } = request.routeOptions
    const packed = await collect(payload, Number(request.headers['content-length'] ?? 0), bodyLimit)
    if (packed.length === 0) return Readable.from([])
    const body = Readable.from([await unpackedBody(packed, bodyLimit)])
    // The framework compares it with Content-Length.
    return Object.assign(body, { receivedEncodedLength: packed.length })
  })
}

function isPacked ({ headers }: FastifyRequest, reply: FastifyReply): boolean {
  const coding = codingOf(headers)
  if (coding === 'identity') return false
  if (coding === 'gzip') return true
  void reply.header('accept-encoding', 'gzip') // RFC 7694
  throw new ProblemError(
    'unsupported-media-type',
    `Content-Encoding ${/^[\w-]{1,30}$/.test(coding) ? coding : 'of that kind'} is not read here; send gzip, or the ` +
      'body as it is.'
  )
}

async function unpackedBody (packed: Buffer, most: number): Promise<Buffer> {
  try {
    return await unpack(packed, most)
  } catch (error) {
    if (!(error instanceof NotUnpacked)) throw error
    throw error.isTooLarge
      ? new ProblemError('body-too-large', `The body is larger than ${most} bytes unpacked, the most here.`)
      : new ProblemError('invalid-request', `The body ${error.message}; pack it again, or send it as it is.`)
  }
}

/** The bytes of a body. It is not closed where it is too long: who sends it may read why. */
async function collect (payload: RequestPayload, expected: number, most: number): Promise<Buffer> {
  const tooLarge = (): ProblemError =>
    new ProblemError('body-too-large', `The body is larger than ${most} bytes, the most here.`)
  if (expected > most) throw tooLarge()
  return await new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let length = 0
    const take = (part: Buffer): void => {
      length += part.length
      if (length <= most) parts.push(part)
      else {
        payload.off('data', take)
        reject(tooLarge())
      }
    }
    payload.on('data', take)
    payload.once('end', () => resolve(Buffer.concat(parts)))
    payload.once('error', reject)
  })
}
