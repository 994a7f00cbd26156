import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Below so many bytes the headers weigh as much as what is spared. */
const LEAST_BYTES = 4096
const COMPRESSIBLE = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|yaml)|image\/svg\+xml)/
const [brotli, zip] = [promisify(brotliCompress), promisify(gzip)]

// Each in threads of its own, so that nobody waits. Brotli's usual 11 takes fifty times as long as 4.
const COMPRESSORS = {
  br: async (bytes: Buffer): Promise<Buffer> => await brotli(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  }),
  gzip: async (bytes: Buffer): Promise<Buffer> => await zip(bytes, { level: 6 })
}
type Encoding = keyof typeof COMPRESSORS
const ENCODINGS = Object.keys(COMPRESSORS) as Encoding[]

/**
 * Sends answers compressed to clients who take that. One that is cached is compressed once, for as long as it is
 * cached. Streams are sent as they are: a compressor for each reader who does not read would hold megabytes. Before
 * `boundUnsent`, which counts what is sent.
 */
export function compressAnswers (app: FastifyInstance): void {
  const compressed = new WeakMap<Buffer, Partial<Record<Encoding, Promise<Buffer>>>>()
  const compress = async (encoding: Encoding, bytes: Buffer): Promise<Buffer> => {
    const known = compressed.get(bytes) ?? {}
    compressed.set(bytes, known)
    return await (known[encoding] ??= COMPRESSORS[encoding](bytes))
  }

  app.addHook('onSend', async (request, reply, payload) => {
    if (!pays(reply, payload)) return payload
    void reply.header('vary', [reply.getHeader('vary') ?? [], 'Accept-Encoding'].flat().join(', '))
    const encoding = encodingFor(request, ENCODINGS)
    if (encoding === undefined) return payload
    const bytes = await compress(encoding, Buffer.isBuffer(payload) ? payload : Buffer.from(payload))
    const etag = reply.getHeader('etag')
    // Other bytes of the same answer: the ETag says so, and still answers If-None-Match.
    if (typeof etag === 'string' && !etag.startsWith('W/')) void reply.header('etag', `W/${etag}`)
    void reply.removeHeader('content-length').header('content-encoding', encoding)
    return bytes
  })
}

function pays (reply: FastifyReply, payload: unknown): payload is string | Buffer {
  return (typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length >= LEAST_BYTES &&
    reply.getHeader('content-encoding') === undefined && COMPRESSIBLE.test(String(reply.getHeader('content-type')))
}

// Of those that the client likes best (RFC 9110, section 12.5.3) the smallest: browsers name gzip before br.
/** The encoding that a client likes best of some, the first of those that it likes alike; undefined: none. */
export function encodingFor<Name extends string> (
  { headers }: FastifyRequest, encodings: readonly Name[]
): Name | undefined {
  const liked = new Map((headers['accept-encoding'] ?? '').toLowerCase().split(',').map((one): [string, number] => {
    const [name = '', ...parameters] = one.split(';').map((part) => part.trim())
    const q = parameters.find((part) => part.startsWith('q='))
    return [name, q === undefined ? 1 : Number(q.slice(2)) || 0]
  }))
  const likedBy = (encoding: string): number => liked.get(encoding) ?? liked.get('*') ?? 0
  const [best] = encodings.toSorted((a, b) => likedBy(b) - likedBy(a))
  return best !== undefined && likedBy(best) > 0 && likedBy(best) >= (liked.get('identity') ?? 0) ? best : undefined
}
