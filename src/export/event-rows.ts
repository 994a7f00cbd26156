import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { mapInSlices } from '../domain/slices.ts'
import { COLUMNS } from '../events/columns.ts'
import type { ListedEvent } from '../events/store/list.ts'
import { eventPages } from '../events/store/pages.ts'
import type { Owner } from '../intake/owner.ts'
import type { PgType } from '../postgres/binary-writer.ts'
import type { ColumnType, ExportColumn } from './columns.ts'
import type { Row } from './series-rows.ts'
import type { Watermark } from './watermark.ts'

const BY_NAME: Partial<Record<string, ColumnType>> = { occurred_at: 'instant', local_date: 'day', attributes: 'json' }
const NUMBERS: readonly PgType[] = ['int4', 'int8']

/** The columns of a list of events, and whether one was withdrawn. */
export const EVENT_EXPORT: readonly ExportColumn[] = [
  ...COLUMNS.map(({ json: name, type, ...column }): ExportColumn => ({
    name,
    // What is looked up is stored as a number and shown as a word.
    type: BY_NAME[name] ?? (type === 'bool' ? 'boolean' : 'of' in column && NUMBERS.includes(type) ? 'integer' : 'text')
  })),
  { name: 'voided_at', type: 'instant' },
  { name: 'receipt', type: 'text' },
  { name: 'received_at', type: 'instant' },
  { name: 'voided', type: 'boolean' }
]

/** An event as a list shows it, in the order of `EVENT_EXPORT`. */
function eventRow (event: ListedEvent, directory: Directory): Row {
  const row: Row = []
  for (const { field, show } of COLUMNS) row.push(show(event[field] as never, directory))
  row.push(
    event.voidedAt?.toISOString() ?? null,
    String(event.receiptId),
    event.receivedAt?.toISOString() ?? null,
    event.voidedAt !== null
  )
  return row
}

export interface EventExport {
  /** Sees the source's rows alone. */
  client: pg.ClientBase
  owner: Owner
  directory: Directory
  /** Only those behind this id. */
  after: string
  /** Only what was stored, corrected or withdrawn since. */
  since?: Watermark | undefined
  /** Gives way to others, between pages. */
  rest: () => Promise<void>
}

/** The rows of a source in the order of ids, a page at a time. */
export async function * eventRows (
  { client, owner, directory, after, since, rest }: EventExport
): AsyncGenerator<Row[]> {
  for await (const events of eventPages(client, owner, { after, xmins: since?.xmins })) {
    yield await mapInSlices(events, (event) => eventRow(event, directory))
    await rest()
  }
}
