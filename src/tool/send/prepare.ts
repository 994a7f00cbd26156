import { createHash } from 'node:crypto'
import { BadFile } from '../failure.ts'
import { contentOf, MOST, type Content } from './content.ts'
import type { Format } from './format.ts'
import { OpenFile } from './open-file.ts'
import type { Warning } from './post.ts'
import { Spool } from './spool.ts'
import { asUtf8, utf16In } from './transcode.ts'

/** A workbook is read as a whole, in memory. */
const MOST_WORKBOOK_BYTES = 64 * 1024 * 1024

export interface Preparing {
  format: Format
  /** Rows a request. */
  batch: number
  /** Where the service finds the headings of a CSV that is to be cut. */
  headerLine: (content: Content) => Promise<number>
  warn: (warning: Warning) => void
}

/** Of a file with columns. */
export const mediaTypeOf = (format: 'csv' | 'xlsx'): string =>
  format === 'csv' ? 'text/csv' : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** A file as it is sent, and what is to be tidied up after that. */
export interface Prepared { content: Content, close: () => Promise<void> }

/** Looks through a file of any format. Throws `BadFile`. */
export async function prepare (file: OpenFile, preparing: Preparing): Promise<Prepared> {
  const { format } = preparing
  if (format === 'xlsx') return await workbook(file, preparing)
  if (format !== 'csv') return { content: await contentOf(file, format, preparing.batch), close: async () => undefined }
  const encoding = utf16In(await file.read(0, Math.min(file.bytes, 200)))
  if (encoding === undefined) return { content: await csv(file, preparing), close: async () => undefined }
  return await spooled(asUtf8(file.chunks(), encoding), async (utf8) => await csv(utf8, preparing))
}

async function csv (file: OpenFile, { batch, headerLine }: Preparing): Promise<Content> {
  const content = await contentOf(file, 'csv', batch)
  if (content.pieces.length <= 1) return content
  const line = await headerLine(content)
  return line === content.shape?.headerLine ? content : await contentOf(file, 'csv', batch, line)
}

async function workbook (file: OpenFile, preparing: Preparing): Promise<Prepared> {
  if (file.bytes > MOST_WORKBOOK_BYTES) {
    throw new BadFile(`${file.name} is too large a workbook to read; save it as CSV, and send that.`)
  }
  const bytes = await file.read(0, file.bytes)
  const { readSheet } = await import('./workbook.ts') // loaded by those alone who send one
  const { csv: lines, rowOf, warnings } = readSheet(bytes)
  return await spooled(lines(), async (spool) => {
    const content = { ...await csv(spool, preparing), rowOf, sha256: createHash('sha256').update(bytes).digest('hex') }
    if (content.pieces.length === 1 && file.bytes <= MOST.bytes) {
      return { ...content, workbook: file, mediaType: mediaTypeOf('xlsx') }
    }
    for (const warning of warnings) preparing.warn(warning)
    return content
  })
}

async function spooled (
  bytes: AsyncIterable<string> | Iterable<string>, read: (file: OpenFile) => Promise<Content>
): Promise<Prepared> {
  const spool = await Spool.of(bytes)
  let file: OpenFile | undefined
  const close = async (): Promise<void> => {
    await file?.close()
    await spool.remove()
  }
  try {
    file = await OpenFile.of(spool.file)
    return { content: await read(file), close }
  } catch (error) {
    await close()
    throw error
  }
}
