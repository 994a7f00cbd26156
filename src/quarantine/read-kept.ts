import type { Slices } from '../domain/slices.ts'
import type { RowError } from '../errors.ts'
import { readNdjsonRows, type SentRows } from '../intake/read-rows.ts'
import type { StoredRejection } from './store/rejections.ts'

/** Cells of a file by column, with the line on which they stood. */
export interface KeptCells { line: number, cells: Record<string, string> }

/** Reads rows of a file through the newest version of a mapping: one row of each, in their order. */
export type CellReader = (mapping: string | null, rows: readonly KeptCells[], slices: Slices) => Promise<SentRows>

/** Reads kept rows as if they were sent again: those of files by what their mappings say now. */
export async function readKept (
  kept: readonly StoredRejection[], readCells: CellReader, slices: Slices
): Promise<SentRows> {
  const rows: unknown[] = kept.map(() => undefined)
  const unreadable: RowError[] = []
  const take = (places: readonly number[], sent: SentRows): void => {
    for (const [i, place] of places.entries()) rows[place] = sent.rows[i]
    const describe = (error: RowError): RowError => ({ ...error, index: places[error.index] ?? 0 })
    unreadable.push(...sent.unreadable.map(describe))
  }
  const byReader = Map.groupBy(kept.keys(), (i) => {
    const { form, mapping } = kept[i] as StoredRejection
    return form === 'cells' ? `cells ${mapping ?? ''}` : form
  })
  for (const places of byReader.values()) {
    const some = places.map((i) => kept[i] as StoredRejection)
    const [{ form, mapping } = { form: 'row' as const, mapping: null }] = some
    if (form === 'row') take(places, { rows: some.map(contentOf), unreadable: [] })
    else if (form === 'text') {
      take(places, await readNdjsonRows(Buffer.from(some.map(contentOf).join('\n')), slices))
    } else {
      take(places, await readCells(mapping, some.map((one) => ({
        line: one.line ?? 0, cells: contentOf(one) as Record<string, string>
      })), slices))
    }
  }
  return { rows, unreadable: unreadable.sort((a, b) => a.index - b.index) }
}

/** What was kept of a row: fields, cells or a text; null where nothing was. */
export const contentOf = ({ content }: Pick<StoredRejection, 'content'>): unknown =>
  content === null ? null : JSON.parse(content)
