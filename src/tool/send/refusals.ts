import { rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { moveDurably } from '../../embedded-postgres/durable.ts'
import type { Content } from './content.ts'
import { faultsOf } from './faults.ts'
import type { Outcome } from './journal.ts'
import type { Piece } from './pieces.ts'
import type { Poster, Receipt, RowFault } from './post.ts'
import { refusedRows, type RefusedRow } from './refused-rows.ts'
import { safeCsv } from './safe-csv.ts'

/** Faults are kept up to so many; those of receipts can be asked for again, those of a dry run cannot. */
const MOST_KEPT = 20_000
const OURS = ['refused_line', 'refused_code', 'refused_column', 'refused_reason']

/** The rows of a file that were refused, beside it as a CSV with the reasons. */
export class Refusals {
  readonly #poster: Poster
  readonly #kept = new Map<number, Receipt>()
  #faults = 0

  constructor (poster: Poster) {
    this.#poster = poster
  }

  note ({ number }: Piece, receipt: Receipt): void {
    if (receipt.errors.length === 0 || this.#faults > MOST_KEPT) return
    this.#kept.set(number, receipt)
    this.#faults += receipt.errors.length
  }

  /**
   * Writes them in the place of those of an earlier run; only what is `known` already, where the service cannot be
   * asked. Answers how many rows there are in the file.
   */
  async write (
    file: string, content: Content, outcomes: ReadonlyMap<number, Outcome>, which: 'all' | 'known'
  ): Promise<number> {
    const pieces = content.pieces.filter(({ number }) =>
      (outcomes.get(number)?.rejected ?? 0) > 0 && (which === 'all' || this.#kept.has(number)))
    if (pieces.length === 0) {
      if (which === 'all') rmSync(file, { force: true })
      return 0
    }
    const headings = content.shape?.headings ?? ['row']
    const beside = `${file}.new`
    // As open to others as the file itself: its rows are in it.
    const out = await open(beside, 'w', content.file.mode)
    let rows = 0
    try {
      // Without the mark a spreadsheet takes UTF-8 for another encoding.
      await out.write(`\ufeff${safeCsv([lineOf(headings, headings, OURS)])}`)
      for (const piece of pieces) {
        const refused = await refusedRows(content, piece, await this.#faultsOf(piece, outcomes, which))
        await out.write(safeCsv(refused.map((row) => lineOf(headings, row.cells, reasonsOf(row)))))
        rows += refused.length
      }
      await out.sync()
    } finally {
      await out.close()
    }
    moveDurably(beside, file)
    return rows
  }

  async #faultsOf (
    { number }: Piece, outcomes: ReadonlyMap<number, Outcome>, which: 'all' | 'known'
  ): Promise<RowFault[]> {
    const kept = this.#kept.get(number)
    const receipt = outcomes.get(number)?.receipt ?? null
    const isComplete = kept !== undefined && kept.errors.length >= kept.errors_total
    return isComplete || receipt === null || which === 'known'
      ? kept?.errors ?? []
      : await faultsOf(this.#poster, receipt)
  }
}

// A file of refused rows that is mended and sent has our columns already.
const lineOf = (headings: string[], cells: string[], ours: unknown[]): unknown[] =>
  [...headings.map((_, i) => cells[i] ?? '').filter((_, i) => !OURS.includes(headings[i] ?? '')), ...ours]

function reasonsOf ({ line, faults }: RefusedRow): unknown[] {
  const each = (of: (fault: RowFault) => string): string => [...new Set(faults.map(of))].join('; ')
  return [
    line, each(({ code }) => code), each(({ column, pointer }) => column ?? pointer), each(({ detail }) => detail)
  ]
}
