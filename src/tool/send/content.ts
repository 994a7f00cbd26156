import { createHash } from 'node:crypto'
import { csvShapeOf, type CsvShape } from './csv-shape.ts'
import type { OpenFile } from './open-file.ts'
import { PieceMaker, type Piece, type PieceLimits } from './pieces.ts'
import { surveyCsv } from './survey-csv.ts'
import { JsonSurvey } from './survey-json.ts'
import { NdjsonSurvey } from './survey-ndjson.ts'

/** What the service takes in a request. */
export const MOST: PieceLimits = { rows: 10_000, bytes: 8 * 1024 * 1024 }
/** The headings stand within. */
const SAMPLE_BYTES = 256 * 1024
const [NOTHING, OPEN, CLOSE] = ['', '[', ']'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]

/** A file that has been looked through: in which pieces it is sent, and what stands around them. */
export interface Content {
  file: OpenFile
  sha256: string
  pieces: Piece[]
  rows: number
  mediaType: string
  /** Of a file with columns. */
  shape?: CsvShape
  before: Buffer
  after: Buffer
  /** Of a workbook: `file` is its sheet as a CSV, this the row of the sheet by the line of the CSV. */
  rowOf?: Map<number, number>
  /** The workbook itself, where it is sent as it is. */
  workbook?: OpenFile
}

type Found = Omit<Content, 'file' | 'sha256' | 'rows'>

/**
 * Looks through a file, once, in bounded memory. `headerLine`: where the service finds the headings of a CSV, if that
 * is known. Throws `BadFile` where it cannot be read to its end.
 */
export async function contentOf (
  file: OpenFile, format: 'csv' | 'ndjson' | 'json', rows: number, headerLine?: number
): Promise<Content> {
  const hash = createHash('sha256')
  async function * hashed (): AsyncGenerator<Buffer> {
    for await (const chunk of file.chunks()) {
      hash.update(chunk)
      yield chunk
    }
  }
  const limits = { rows: Math.min(rows, MOST.rows), bytes: MOST.bytes }
  const found = format === 'csv'
    ? await csvIn(file, hashed(), limits, headerLine)
    : await jsonIn(hashed(), format, limits)
  const total = found.pieces.reduce((sum, piece) => sum + piece.rows, 0)
  return { file, sha256: hash.digest('hex'), rows: total, ...found }
}

async function csvIn (
  file: OpenFile, chunks: AsyncIterable<Buffer>, limits: PieceLimits, headerLine: number | undefined
): Promise<Found> {
  const shape = await csvShapeOf(await file.read(0, Math.min(file.bytes, SAMPLE_BYTES)), headerLine)
  const before = await file.read(0, shape.headBytes)
  const bytes = limits.bytes - before.length
  const maker = new PieceMaker({ ...limits, bytes })
  await surveyCsv(chunks, shape, maker, bytes)
  return { pieces: maker.pieces, mediaType: 'text/csv', shape, before, after: NOTHING }
}

async function jsonIn (
  chunks: AsyncIterable<Buffer>, format: 'ndjson' | 'json', limits: PieceLimits
): Promise<Found> {
  const bytes = limits.bytes - OPEN.length - CLOSE.length
  const maker = new PieceMaker({ ...limits, bytes })
  const rows = format === 'json' ? new JsonSurvey(maker, bytes) : new NdjsonSurvey(maker, bytes)
  for await (const chunk of chunks) rows.take(chunk)
  rows.end()
  const inArray = rows instanceof JsonSurvey && rows.isArray
  return {
    pieces: maker.pieces,
    mediaType: format === 'json' ? 'application/json' : 'application/x-ndjson',
    before: inArray ? OPEN : NOTHING,
    after: inArray ? CLOSE : NOTHING
  }
}

/** The body of the request that a piece is sent in. */
export async function bodyOf ({ file, before, after, workbook }: Content, { start, end }: Piece): Promise<Buffer> {
  return workbook === undefined
    ? Buffer.concat([before, await file.read(start, end), after])
    : await workbook.read(0, workbook.bytes)
}

/** Where the rows of a piece stand: their bytes within it, and their lines in `file`. */
export async function rowsOf (content: Content, piece: Piece): Promise<Piece[]> {
  const bytes = await content.file.read(piece.start, piece.end)
  const maker = new PieceMaker({ rows: 1, bytes: MOST.bytes })
  let before = 0
  if (content.shape !== undefined) {
    async function * once (): AsyncGenerator<Buffer> { yield bytes }
    await surveyCsv(once(), { ...content.shape, headBytes: 0, headLines: 0 }, maker, MOST.bytes)
  } else {
    before = content.before.length
    const rows = content.mediaType === 'application/json'
      ? new JsonSurvey(maker, MOST.bytes)
      : new NdjsonSurvey(maker, MOST.bytes)
    rows.take(Buffer.concat([content.before, bytes, content.after]))
    rows.end()
  }
  return maker.pieces.map((row) => ({
    ...row, start: row.start - before, end: row.end - before, line: row.line + piece.line - 1
  }))
}
