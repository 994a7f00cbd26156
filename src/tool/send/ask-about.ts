import { BadFile, Failure } from '../failure.ts'
import { rowsOf, type Content } from './content.ts'
import type { Poster } from './post.ts'
import { pathOf, type RowOptions } from './send-pieces.ts'

/** Rows that are tried, to learn where the service finds the headings above them. */
const TRIED = 20

/**
 * On which line the service finds the headings of a CSV, which stand before each of its batches; 0: on its first. Its
 * beginning is tried for that, so a mapping that is not there is told before anything is sent. Throws `Failure`.
 */
export async function headerLineOf (poster: Poster, content: Content, options: RowOptions): Promise<number> {
  const [piece] = content.pieces
  if (piece === undefined) return 0
  const rows = await rowsOf(content, piece)
  const end = piece.start + (rows[Math.min(rows.length, TRIED) - 1]?.end ?? 0)
  const { onRepeat: _, replacePeriod: __, ...tried } = options
  const { warnings = [] } = await poster.send({
    path: pathOf(tried, true),
    headers: { 'content-type': 'text/csv', prefer: 'handling=lenient' },
    body: await content.file.read(0, end),
    rows: Math.min(rows.length, TRIED)
  })
  if (warnings.some(({ code }) => code === 'mapping-chosen')) {
    throw new Failure('The file needs several requests: say with --mapping which mapping they are all read through.')
  }
  return warnings.find(({ code }) => code === 'lines-above-header')?.line ?? 0
}

interface StoredMapping { mapping: { fields: Record<string, { hash?: string[], equal_rows?: string }> } }

/**
 * A mapping may make ids that count equal rows, which only one request can: cut, the second of two equal rows would be
 * taken for the first, and be lost. Throws `Failure` where that cannot be ruled out.
 */
export async function refuseCutCounts (
  poster: Poster, { pieces, rows, shape }: Content, { mapping }: RowOptions, source: string | undefined
): Promise<void> {
  if (mapping === undefined || shape === undefined || pieces.length <= 1) return
  if (source === undefined) {
    throw new Failure(
      `The file needs ${pieces.length} requests (${rows} rows); name the source with --source authority/name ` +
        '(or LPP_SOURCE), so that its mapping can be read: not every one may be used for a part of a file.'
    )
  }
  const stored = await poster.read(`/v1/sources/${source}/mappings/${mapping}`) as StoredMapping | undefined
  if (stored === undefined) throw new Failure(`The source ${source} has no mapping ${mapping}.`)
  if (stored.mapping.fields['id']?.equal_rows !== 'count') return
  throw new BadFile(
    `The mapping ${mapping} counts equal rows (equal_rows), which only one request can, of at most 10,000 rows and ` +
      '8 MiB: export shorter periods, or make the id of columns that tell rows apart.'
  )
}
