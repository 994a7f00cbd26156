import { Slices } from '../domain/slices.ts'
import type { SentRows } from '../intake/read-rows.ts'
import { columnsOf } from './columns.ts'
import type { MappingContext } from './context.ts'
import { EQUAL_BEFORE } from './places.ts'
import type { ReadableRow } from './field-reader.ts'
import { readMapped } from './read-mapped.ts'
import type { StoredMapping } from './schema.ts'

/**
 * Reads rows of a file again that were kept aside, as `SentRows.raw` gave them: objects of column -> text. What the
 * mapping reads and a row has not is blank; what it does not read is passed over. As `lines` their places among `raws`,
 * from 1: of a mapping with several figures in a row, a raw row gives the figure alone that it was kept for. Throws
 * `ProblemError`.
 */
export async function readRawRows (
  mapping: StoredMapping, raws: readonly unknown[], context: MappingContext, slices = new Slices()
): Promise<SentRows> {
  const { name, version, body } = mapping
  const headings = columnsOf(body)
  const rows = raws.map((raw, i): ReadableRow => {
    const texts = typeof raw === 'object' && raw !== null ? raw as Record<string, unknown> : {}
    const cells = headings.map((heading) => typeof texts[heading] === 'string' ? texts[heading] : '')
    const before = Number(texts[EQUAL_BEFORE] ?? 0)
    return { line: i + 1, cells, ...(before > 0 && { equalBefore: before }) }
  })
  const sent = await readMapped({ headings, rows, warnings: [], date1904: false }, body, context, slices)
  return { ...sent, mapping: { name, version } }
}
