import { createHash } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Batch } from '../../intake/accept-batch.ts'
import { readJsonRows, readNdjsonRows, type SentRows } from '../../intake/read-rows.ts'
import { refusePersonalText } from '../../intake/refuse-personal-data.ts'
import { free } from '../../postgres/free.ts'
import { sourceOf } from './authenticate.ts'

/** Headers that every door for batches understands. */
export const BatchHeaders = Type.Object({
  prefer: Type.Optional(Type.String({
    description:
        '`handling=lenient` stores the good rows of a batch and reports the bad ones; the default, strict, stores ' +
          'all or nothing.',
    examples: ['handling=lenient']
  })),
  'idempotency-key': Type.Optional(Type.String({
    pattern: '^[\\x21-\\x7E]{1,200}$',
    description: 'The same key with the same body gets the first receipt again.',
    examples: ['bartec-2014-05-27-1']
  }))
})

/** Parsed by the route, not by the framework: a bad line of NDJSON is a bad row, and the hash is over what was sent. */
interface RawBody { type: string, bytes: Buffer, read: RowReader }
type RowReader = (body: Buffer) => SentRows | Promise<SentRows>

/** Lets the routes of `app` take JSON, NDJSON and what `more` reads, by media type; for `batchOf`. */
export function takeRows (app: FastifyInstance, more: Record<string, RowReader> = {}): void {
  app.removeAllContentTypeParsers()
  const partsOf = new WeakMap<FastifyRequest, Buffer[]>()
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const length = Number(request.headers['content-length'])
    if (payload instanceof IncomingMessage && length >= LARGE && length <= request.routeOptions.bodyLimit) {
      // Whose parts are nobody else's.
      const parts: Buffer[] = []
      partsOf.set(request, parts)
      payload.on('data', (part: Buffer) => parts.push(part))
    }
    done(null, payload)
  })
  const readers: Record<string, RowReader> = {
    'application/json': readJsonRows, 'application/x-ndjson': readNdjsonRows, ...more
  }
  for (const [type, read] of Object.entries(readers)) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, bytes, done) => {
      for (const part of partsOf.get(request) ?? []) freeWhole(part) // they are in `bytes` now
      done(null, { type, bytes, read })
    })
  }
  app.addHook('onSend', (request, _reply, payload, done) => {
    const { bytes } = (request.body ?? {}) as Partial<RawBody>
    if (bytes !== undefined) freeWhole(bytes)
    done(null, payload)
  })
}

function freeWhole (bytes: Buffer): void {
  if (bytes.length === bytes.buffer.byteLength) free(bytes) // else it shares what came in at once with others
}

/**
 * From so many bytes on a body that is sent again is known by its hash, and its parts are freed by hand; the rows of a
 * smaller one are soon read.
 */
const LARGE = 16 * 1024

/** The batch that a source sent, rows not read yet. */
export function batchOf (request: FastifyRequest, reply: FastifyReply): Batch {
  const lenient = applyPreference(request.headers['prefer'], reply)
  const { type, bytes, read } = (request.body ?? { type: '', bytes: Buffer.alloc(0), read: readJsonRows }) as RawBody
  const key = request.headers['idempotency-key']
  if (typeof key === 'string') refusePersonalText('The Idempotency-Key', key)
  return {
    source: sourceOf(request),
    read: () => read(bytes),
    lenient,
    dryRun: (request.query as { dry_run?: boolean }).dry_run === true,
    body: {
      type,
      hash: typeof key === 'string' || bytes.length >= LARGE ? createHash('sha256').update(bytes).digest() : undefined
    },
    idempotencyKey: typeof key === 'string' ? key : undefined
  }
}

// RFC 7240: a preference that is not understood is passed over, one that is applied is named in the answer.
function applyPreference (prefer: string | string[] | undefined, reply: FastifyReply): boolean {
  const handling = /(?:^|[,;\s])handling\s*=\s*"?(lenient|strict)"?/i.exec(String(prefer ?? ''))?.[1]?.toLowerCase()
  if (handling !== undefined) void reply.header('preference-applied', `handling=${handling}`)
  return handling === 'lenient'
}
