import { extname } from 'node:path'
import { BadFile } from '../failure.ts'

export const FORMATS = ['csv', 'xlsx', 'ndjson', 'json'] as const
export type Format = typeof FORMATS[number]

const BY_EXTENSION: Record<string, Format> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.xlsx': 'xlsx',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json'
}

/** What a file holds, by its name, unless it is said. Throws `BadFile`. */
export function formatOf (file: string, asked: Format | undefined): Format {
  const format = asked ?? BY_EXTENSION[extname(file).toLowerCase()]
  if (format !== undefined) return format
  throw new BadFile(file === '-'
    ? 'Say what comes on standard input: --format csv, xlsx, ndjson or json.'
    : `What ${file} holds cannot be told by its name; say --format csv, xlsx, ndjson or json.`)
}
