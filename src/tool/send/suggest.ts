import { Failure } from '../failure.ts'
import { contentOf, MOST, rowsOf } from './content.ts'
import { formatOf } from './format.ts'
import { OpenFile } from './open-file.ts'
import type { AskedOptions } from './options.ts'
import type { Poster, Warning } from './post.ts'
import { mediaTypeOf } from './prepare.ts'

/** Rows of a sample: enough to see which words there are, and which part of a date comes first. */
const SAMPLE_ROWS = 5000

interface Note { field?: string, column?: string, note: string }

/** A mapping as the service proposes it for a file. */
export interface Suggestion { mapping: unknown, notes: Note[], open: Note[], warnings: Warning[] }

/** Has a mapping proposed for a file; nothing of it is kept. Throws `Failure`. */
export async function suggestMapping (
  poster: Poster, source: string, name: string, options: AskedOptions
): Promise<Suggestion> {
  const format = formatOf(name, options.format)
  if (format !== 'csv' && format !== 'xlsx') {
    throw new Failure(`${name} is JSON, which names the fields itself; a mapping is for csv and xlsx.`)
  }
  const file = await OpenFile.of(name)
  try {
    const kind = options.kind === 'observations' ? 'observation' : 'event'
    const body = format === 'csv' ? await sampleOf(file) : await file.read(0, file.bytes)
    const path = `/v1/sources/${source}/mappings:suggest?kind=${kind}`
    return await poster.ask('POST', path, body, mediaTypeOf(format)) as Suggestion
  } finally {
    await file.close()
  }
}

/** Keeps a mapping as the next version of that name. Throws `Failure`. */
export async function saveMapping (poster: Poster, source: string, name: string, mapping: unknown): Promise<void> {
  const body = Buffer.from(JSON.stringify(mapping))
  await poster.ask('PUT', `/v1/sources/${source}/mappings/${name}`, body, 'application/json')
}

async function sampleOf (file: OpenFile): Promise<Buffer> {
  if (file.bytes <= MOST.bytes / 8) return await file.read(0, file.bytes)
  const content = await contentOf(file, 'csv', SAMPLE_ROWS)
  const [piece] = content.pieces
  if (piece === undefined) return await file.read(0, file.bytes)
  const rows = await rowsOf(content, piece)
  return await file.read(0, piece.start + (rows.at(-1)?.end ?? 0))
}

/** What was guessed, and what is to be said or checked. */
export const sayOfSuggestion = ({ notes, open, warnings }: Suggestion): string => [
  ...warnings.map(({ detail }) => `Note: ${detail}`),
  ...notes.map((one) => `Guessed${placeOf(one)}: ${one.note}`),
  ...open.map((one) => `To be checked${placeOf(one)}: ${one.note}`)
].join('\n')

const placeOf = ({ field, column }: Note): string => [
  field === undefined ? '' : ` ${field}`, column === undefined ? '' : ` (column ${column})`
].join('')
