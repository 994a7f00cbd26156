import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import type { Column } from './columns.ts'

/** What the CSV of an answer is, and what CSVW says of it. */
export interface Table {
  title: string
  columns: readonly Column[]
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The table that the answer is as CSV, whatever is in it. With it a route has `format`, its CSV in the contract,
     * and its CSVW metadata at an address of their own. Throws `ProblemError` for a question that is wrong.
     */
    table?: (request: FastifyRequest) => Table
    /** Whether it is JSON-stat as well. */
    jsonStat?: boolean
  }
}

type TableOf = NonNullable<FastifyContextConfig['table']>

/** The table of a request. */
export function tableOf (request: FastifyRequest): Table {
  const { table } = request.routeOptions.config
  if (table === undefined) throw new TypeError(`${request.routeOptions.url ?? ''} has no table`)
  return tableBy(table, request)
}

/** What a route's `table` says of a request; where it asks for `fields`, with the columns of those alone. */
export function tableBy (table: TableOf, request: FastifyRequest): Table {
  const { title, columns } = table(request)
  const { fields } = request.query as { fields?: readonly string[] }
  return { title, columns: fields === undefined ? columns : columns.filter(({ field }) => fields.includes(field)) }
}

/** The name of a table's file, by its address: nothing in it has a meaning to a file system or in a header. */
export function fileName ({ url, query }: FastifyRequest): string {
  const { service, authority } = query as { service?: string, authority?: string | string[] }
  const [only, ...others] = [authority ?? []].flat()
  const words = [url.split('?')[0]?.replace(/^\/v1\//, ''), service, others.length === 0 ? only : undefined]
  return `${words.filter((word) => word !== undefined).join('-').replaceAll(/[^\w.-]+/g, '-').slice(0, 120)}.csv`
}
