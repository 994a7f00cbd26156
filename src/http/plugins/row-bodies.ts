import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type TProperties } from 'typebox'
import type { Batch } from '../../intake/accept-batch.ts'
import { readJsonRows, readNdjsonRows, type RowReader } from '../../intake/read-rows.ts'
import { ProblemError } from '../../errors.ts'
import { isUnnumbered, type Repeats } from '../../intake/repeats.ts'
import { refusePersonalKey } from '../../intake/refuse-personal-data.ts'
import { BODY, DENIED, SOURCE } from '../schemas/common.ts'
import { FILE_ERRORS, rowsOfFile, takeFiles, type FileReading } from './file-bodies.ts'
import { sourceOf } from './permission.ts'
import { repeatsOf } from './repeats.ts'

const BatchHeaders = Type.Object({
  prefer: Type.Optional(Type.String({
    description:
        '`handling=lenient` stores the good rows of a batch and reports the bad ones; the default, strict, stores ' +
          'all or nothing.',
    examples: ['handling=lenient']
  })),
  'idempotency-key': Type.Optional(Type.String({
    pattern: '^[\\x21-\\x7E]{1,200}$',
    description: 'The same key with the same body gets the first receipt again.',
    examples: ['bartec-2025-05-27-1']
  }))
})

/** What every route for batches has in its schema; `repeats` says how rows may be meant that repeat others. */
export const batchSchema = <R extends TProperties>(repeats: R) => ({
  security: SOURCE,
  headers: BatchHeaders,
  querystring: Type.Object({
    dry_run: Type.Optional(Type.Boolean({ description: 'Do everything, keep nothing.' })),
    ...repeats,
    mapping: Type.Optional(Type.String({
      maxLength: 60,
      description:
        'Of a file: the mapping of the source to read it through. Not needed where the source has one alone, or the ' +
          'headings are names of fields.',
      examples: ['nightly-export']
    }))
  }, { additionalProperties: false })
})
/** What every route for batches may refuse. */
export const BATCH_ERRORS = [
  ...DENIED, ...BODY, 'rows-rejected', 'idempotency-key-reused', 'too-many-events', 'conflict', 'invalid-period-range',
  'unknown-authority', 'unknown-service', 'closed-day', 'replaces-unnamed', 'period-too-large', ...FILE_ERRORS
] as const

/** A body that the route parses, not the framework: a bad line of NDJSON is a bad row, and the bytes are hashed. */
interface RawBody {
  bytes: Buffer
  read: RowReader
  isFile?: boolean
  /** What was said of them elsewhere, and is hashed with them. */
  said?: string | undefined
}

/** Reads JSON that headers say more of; undefined: they do not. */
export type ByHeaders = (headers: FastifyRequest['headers']) => Omit<RawBody, 'bytes'> | undefined

/** Lets the routes of `app` take JSON, NDJSON, files, and what `more` reads, by media type; for `batchOf`. */
export function takeRows (
  app: FastifyInstance, files: FileReading, more: Record<string, RowReader> = {}, byHeaders: ByHeaders = () => undefined
): void {
  app.removeAllContentTypeParsers()
  takeFiles(app, (request, type, bytes) => ({ bytes, read: rowsOfFile(request, type, files), isFile: true }))
  const readers: Record<string, RowReader> = {
    'application/json': readJsonRows, 'application/x-ndjson': readNdjsonRows, ...more
  }
  for (const [type, read] of Object.entries(readers)) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, bytes, done) => {
      request.bodyBytes = bytes.length
      done(null, { bytes, ...(type === 'application/json' ? byHeaders(request.headers) : undefined) ?? { read } })
    })
  }
}

/** The batch that a source sent, rows not read yet. */
export function batchOf (request: FastifyRequest, reply: FastifyReply): Batch {
  const lenient = applyPreference(request.headers['prefer'], reply)
  const { bytes, read, isFile = false, said = '' } =
    (request.body ?? { bytes: Buffer.alloc(0), read: readJsonRows }) as RawBody
  const { mapping } = request.query as { mapping?: string }
  if (mapping !== undefined && !isFile) {
    throw new ProblemError(
      'invalid-request', 'A mapping is for files (CSV and .xlsx): JSON names the fields itself; leave mapping out.'
    )
  }
  const key = request.headers['idempotency-key']
  if (typeof key === 'string') refusePersonalKey('The Idempotency-Key', key)
  const repeats = repeatsOf(request.query as Parameters<typeof repeatsOf>[0], lenient)
  return {
    source: sourceOf(request),
    bytes: bytes.length,
    read: async (slices) => await read(bytes, slices),
    lenient,
    dryRun: (request.query as { dry_run?: boolean }).dry_run === true,
    repeats,
    idempotency: typeof key === 'string' ? { key, bodyHash: hashOf(bytes, repeats, said, mapping) } : undefined
  }
}

// A key that comes again with other parameters is reused as much as one with another body.
function hashOf (bytes: Buffer, repeats: Repeats, said: string, mapping = ''): Buffer {
  const hash = createHash('sha256').update(said).update(bytes).update(mapping)
  return (isUnnumbered(repeats) ? hash.update(JSON.stringify(repeats)) : hash).digest()
}

// RFC 7240: a preference that is not understood is passed over, one that is applied is named in the answer.
function applyPreference (prefer: string | string[] | undefined, reply: FastifyReply): boolean {
  const handling = /(?:^|[,;\s])handling\s*=\s*"?(lenient|strict)"?/i.exec(String(prefer ?? ''))?.[1]?.toLowerCase()
  if (handling !== undefined) void reply.header('preference-applied', `handling=${handling}`)
  return handling === 'lenient'
}
