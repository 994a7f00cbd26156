import type { Directory } from '../../catalogue/directory.ts'
import { listOf } from '../schemas/common.ts'
import { csvOf, toCsv } from '../wire/csv.ts'
import { toCell } from './cells.ts'
import type { Kind } from './kind.ts'
import { searcher } from './search.ts'

/** How many rows a list shows if nothing is said, and at most. */
export const LIST = { usual: 2000, most: 10_000 } as const

export interface ListQuery {
  q?: string | undefined
  limit?: number | undefined
  after?: string | undefined
  format?: 'json' | 'csv' | undefined
  [filter: string]: unknown
}

/** A page of a list, in the form of the public JSON; `next`: the address of what follows, if anything does. */
export interface Page { rows: object[], next: string | undefined }

/**
 * A page of a kind's rows. Rows stand in the order of their keys and a page ends with one, so that none is missed or
 * shown twice however many are added meanwhile.
 */
export function readPage (kind: Kind, directory: Directory, query: ListQuery, url: string): Page {
  const { q, limit = LIST.usual, after } = query
  const wanted = kind.rows(directory, query)
  const found = q === undefined ? wanted : wanted.filter(searcher(q, (row) => kind.names(row)))
  const keyed = found.map((row) => ({ key: kind.key(row, directory), row }))
    .filter(({ key }) => after === undefined || key > after).sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  const shown = keyed.slice(0, limit)
  const last = shown.at(-1)
  return {
    rows: shown.map(({ row }) => kind.toWire(row, directory)),
    next: last === undefined || shown.length === keyed.length ? undefined : withParameter(url, 'after', last.key)
  }
}

export function pageToJson ({ rows, next }: Page, url: string): object {
  return {
    ...listOf(rows),
    links: { self: url, csv: withParameter(url, 'format', 'csv'), ...(next !== undefined && { next }) }
  }
}

/** The columns that bulk PUT takes, so that a list can be mended and sent back. */
export async function pageToCsv (kind: Kind, { rows }: Page): Promise<string> {
  const columns = columnsOf(kind)
  return await toCsv(columns, rows.values().map((row) => cellsOf(columns, row)))
}

const cellsOf = (columns: string[], row: object): unknown[] =>
  columns.map((column) => toCell((row as Record<string, unknown>)[column]))

/** Some rows of the public JSON as CSV. */
export const rowsToCsv = (columns: string[], rows: readonly object[]): string =>
  csvOf(columns, rows.map((row) => cellsOf(columns, row)))

/** What may be sent, then what is shown beside it and passed over where it comes back. */
export function columnsOf ({ row, input }: Kind): string[] {
  const sent = Object.keys(input.properties)
  return [...sent, ...Object.keys(row.properties).filter((field) => !sent.includes(field) && field !== 'links')]
}

/** An address with a parameter set. */
export function withParameter (url: string, name: string, value: string): string {
  const [path = '', search] = url.split('?')
  const parameters = new URLSearchParams(search)
  parameters.set(name, value)
  return `${path}?${parameters.toString()}`
}
