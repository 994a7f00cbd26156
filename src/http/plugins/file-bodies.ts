import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Catalogue } from '../../catalogue/live.ts'
import { FILE_TYPES, type FileType, type SentFile } from '../../files/read-file.ts'
import type { RowReader } from '../../intake/read-rows.ts'
import { findMapping, mappingsOf } from '../../mappings/mappings.ts'
import { readSentFile, type Choice } from '../../mappings/read-sent-file.ts'
import type { MappingKind, StoredMapping } from '../../mappings/schema.ts'
import type { RequestPool } from '../../postgres/scoped.ts'
import { ProblemError } from '../../errors.ts'
import { sourceOf } from './permission.ts'
import { directoryOf } from './sandbox.ts'

/** What the reading of files needs: where mappings are, and what the rows are to become. */
export interface FileReading { pool: RequestPool, catalogue: Catalogue, kind: MappingKind }

/** What a route that takes files may refuse beside the rest. */
export const FILE_ERRORS = ['unreadable-file', 'not-found', 'unknown-column', 'mapping-needed'] as const

/** Lets the routes of `app` take CSV and .xlsx; `bodyOf` makes a body of the bytes. */
export function takeFiles (
  app: FastifyInstance, bodyOf: (request: FastifyRequest, type: FileType, bytes: Buffer) => unknown
): void {
  for (const type of Object.keys(FILE_TYPES) as FileType[]) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, bytes, done) => {
      request.bodyBytes = bytes.length
      done(null, bodyOf(request, type, bytes as Buffer))
    })
  }
}

const CHARSET = /;\s*charset\s*=\s*"?([\w-]{1,40})"?/i

export function fileOf (request: FastifyRequest, type: FileType, bytes: Buffer): SentFile {
  return { type, bytes, charset: CHARSET.exec(request.headers['content-type'] ?? '')?.[1] }
}

/** Reads the rows of a file that the source of a request sent, through the mapping that the request means. */
export function rowsOfFile (
  request: FastifyRequest, type: FileType, { pool, catalogue, kind }: FileReading
): RowReader {
  const source = sourceOf(request)
  const { mapping: name } = request.query as { mapping?: string }
  const look = async (): Promise<Choice> => name === undefined
    ? { kind, known: (await mappingsOf(pool, source)).filter(({ body }) => body.kind === kind) }
    : { kind, named: ofKind(await findMapping(pool, source, name), kind) }
  let choice: Promise<Choice> | undefined // rows that are read twice are read through the same
  const context = { directory: directoryOf(catalogue, source), source }
  return async (bytes, slices) =>
    await readSentFile(fileOf(request, type, bytes), await (choice ??= look()), context, slices)
}

function ofKind (mapping: StoredMapping, kind: MappingKind): StoredMapping {
  if (mapping.body.kind === kind) return mapping
  throw new ProblemError(
    'invalid-request',
    `The mapping ${mapping.name} makes ${mapping.body.kind}s; send the file to /v1/${mapping.body.kind}s, or name ` +
      'another mapping.'
  )
}
