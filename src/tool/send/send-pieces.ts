import { Failure } from '../failure.ts'
import { bodyOf, type Content } from './content.ts'
import { keyOf } from './key.ts'
import type { Piece } from './pieces.ts'
import type { Poster, Receipt } from './post.ts'

/** How the rows of a file are meant. With other ones the same file is another sending. */
export interface RowOptions {
  kind: 'events' | 'observations'
  mapping?: string
  onRepeat?: string
  replacePeriod?: string
  /** All rows of the file or none. */
  strict: boolean
  /** Rows a request. */
  batch: number
}

export interface Sending {
  content: Content
  rowOptions: RowOptions
  poster: Poster
  concurrency: number
  halt: AbortSignal
}

/**
 * Sends pieces in their order, so many at a time, and tells what became of each. Throws `Failure` where one cannot be
 * sent, when those on their way are answered. `run`: see `keyOf`; undefined: a dry run.
 */
export async function sendPieces (
  sending: Sending,
  pieces: Iterable<Piece>,
  run: string | undefined,
  onReceipt: (piece: Piece, receipt: Receipt) => void
): Promise<void> {
  const left = pieces[Symbol.iterator]()
  const failures: unknown[] = []
  const work = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      if (failures.length > 0 || sending.halt.aborted) return
      try {
        onReceipt(next.value, await sendPiece(sending, next.value, run))
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: sending.concurrency }, work))
  if (sending.halt.aborted) throw new Failure('It was stopped; run the same command again and it goes on from there.')
  if (failures.length > 0) throw failures[0] as Error // the others are of the same kind
}

async function sendPiece (
  { content, rowOptions, poster }: Sending, piece: Piece, run: string | undefined
): Promise<Receipt> {
  const { sha256, mediaType } = content
  return await poster.send({
    path: pathOf(rowOptions, run === undefined),
    headers: {
      'content-type': mediaType,
      prefer: `handling=${rowOptions.strict ? 'strict' : 'lenient'}`,
      ...(run !== undefined && { 'idempotency-key': keyOf({ sha256, options: rowOptions }, run, piece.number) })
    },
    body: await bodyOf(content, piece),
    rows: piece.rows
  })
}

/** Where rows are sent. */
export function pathOf ({ kind, mapping, onRepeat, replacePeriod }: RowOptions, dryRun: boolean): string {
  const query = new URLSearchParams({
    ...(dryRun && { dry_run: 'true' }),
    ...(mapping !== undefined && { mapping }),
    ...(onRepeat !== undefined && { on_repeat: onRepeat }),
    ...(replacePeriod !== undefined && { replace_period: replacePeriod })
  }).toString()
  return `/v1/${kind}${query === '' ? '' : `?${query}`}`
}
