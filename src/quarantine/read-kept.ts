import type { Slices } from '../domain/slices.ts'
import type { RowError } from '../errors.ts'
import { readNdjsonRows, type SentRows } from '../intake/read-rows.ts'
import type { StoredRejection } from './store/rejections.ts'

/**
 * Reads rows of a file through the newest version of a mapping; its `lines` are their places among the rows, from 1:
 * one that gives nothing has none.
 */
export type CellReader = (
  mapping: string | null, rows: ReadonlyArray<Record<string, string>>, slices: Slices
) => Promise<SentRows>

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
      const lines = some.map((one) => String(contentOf(one)).replaceAll(/[\r\n]+/g, ' '))
      take(places, await readNdjsonRows(Buffer.from(lines.join('\n')), slices))
    } else {
      const cells = some.map((one) => contentOf(one) as Record<string, string>)
      const sent = await readCells(mapping, cells, slices)
      const placesOfRows = (sent.lines ?? [...sent.rows.keys()].map((i) => i + 1)).map((line) => places[line - 1] ?? 0)
      take(placesOfRows, sent)
      const given = new Set(placesOfRows)
      unreadable.push(...places.filter((place) => !given.has(place)).map(nothing))
    }
  }
  return { rows, unreadable: unreadable.sort((a, b) => a.index - b.index) }
}

const nothing = (index: number): RowError => ({
  index, pointer: '', code: 'invalid-value', detail: 'The row says nothing that the mapping reads; it may be a total.'
})

/** What was kept of a row: fields, cells or a text; null where nothing was. */
export const contentOf = ({ content }: Pick<StoredRejection, 'content'>): unknown =>
  content === null ? null : JSON.parse(content)
