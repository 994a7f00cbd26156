import type { FastifyRequest } from 'fastify'
import type { Directory } from '../../catalogue/directory.ts'
import { columnsOf, type Column } from '../formats/columns.ts'
import { MOST_OF_CSV, withParameter } from '../formats/paging.ts'
import { selfOf, withLinks } from '../plugins/base-address.ts'
import { listOf } from '../schemas/common.ts'
import type { Kind } from './kind.ts'
import { searcher } from './search.ts'

/** How many rows a list shows if nothing is said, and at most. */
export const LIST = {
  usual: 2000, most: 10_000, limit: `2000 of JSON if left out; of CSV all, up to ${MOST_OF_CSV}.`
} as const

export interface ListQuery {
  q?: string | undefined
  limit?: number | undefined
  after?: string | undefined
  [filter: string]: unknown
}

/** A page of a list, in the form of the public JSON; `next`: the address of what follows, if anything does. */
export interface Page { rows: object[], next: string | undefined }

/**
 * A page of a kind's rows. Rows stand in the order of their keys and a page ends with one, so that none is missed or
 * shown twice however many are added meanwhile.
 */
export function readPage (
  kind: Kind, directory: Directory, { limit = LIST.usual, ...query }: ListQuery, url: string
): Page {
  const { q, after } = query
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

export function pageToJson ({ rows, next }: Page, request: FastifyRequest): object {
  const url = selfOf(request)
  return {
    ...listOf(rows.map((row) => withLinks(request, row))),
    links: { self: url, csv: withParameter(url, 'format', 'csv'), ...(next !== undefined && { next }) }
  }
}

/**
 * What may be sent, then what is shown beside it and passed over where it comes back: a bulk PUT takes these columns,
 * so that a list can be mended and sent back.
 */
export function columnsOfKind ({ row, input }: Kind): Column[] {
  const [shown, sent] = [row, input].map((schema) => columnsOf(schema, { flat: false })) as [Column[], Column[]]
  const named = new Map(shown.map((column) => [column.name, column]))
  const first = sent.map((column) => named.get(column.name) ?? column)
  return [...first, ...shown.filter((column) => !first.includes(column))]
}
