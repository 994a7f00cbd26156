import type { Slices } from '../domain/slices.ts'
import { ProblemError } from '../errors.ts'
import { readCsvLines } from './read-csv.ts'
import { tableOf } from './read-table.ts'
import { readXlsxLines } from './read-xlsx.ts'
import type { FileSettings, Table } from './table.ts'

/** The media types of files, each with what reads it. */
export const FILE_TYPES = {
  'text/csv': readCsvLines,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': readXlsxLines
} as const
export type FileType = keyof typeof FILE_TYPES

/** A file as it was sent; `charset`: what its Content-Type says. */
export interface SentFile { type: FileType, bytes: Buffer, charset?: string | undefined }

const ZIP = Buffer.from('PK\u0003\u0004')
const OLD_EXCEL = Buffer.from([0xd0, 0xcf, 0x11, 0xe0])

/**
 * The table that a file holds, read in slices; `wanted`: headings that will be asked for, by which they are found.
 * Throws `ProblemError`.
 */
export async function readFile (
  { type, bytes, charset }: SentFile, settings: FileSettings, wanted: readonly string[] | undefined, slices: Slices
): Promise<Table> {
  if (bytes.length === 0) throw new ProblemError('empty-body', 'The body is empty; send a file with headings.')
  if (bytes.subarray(0, OLD_EXCEL.length).equals(OLD_EXCEL)) {
    throw new ProblemError(
      'unreadable-file', 'The file is an old Excel workbook (.xls), or has a password; save it as .xlsx without one.'
    )
  }
  const isZip = bytes.subarray(0, ZIP.length).equals(ZIP)
  if (isZip && type === 'text/csv') {
    throw new ProblemError(
      'unreadable-file',
      'The file is an Excel workbook and was sent as text/csv; say Content-Type: ' +
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.'
    )
  }
  if (!isZip && type !== 'text/csv') {
    throw new ProblemError('unreadable-file', 'The file is no .xlsx; send a CSV with Content-Type: text/csv.')
  }
  const encoding = settings.encoding ?? charset
  const { lines, ...found } = await FILE_TYPES[type](
    bytes, { ...settings, ...(encoding !== undefined && { encoding }) }, slices
  )
  return await tableOf(lines, { settings, ...(wanted && { wanted }), ...found }, slices)
}
