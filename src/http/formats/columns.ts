import type { TObject, TSchema } from 'typebox'
import { isStatusOfFigure, symbolsOf, SYMBOLS_EXPLAINED } from './statuses.ts'

/** Datatypes of CSVW; `json`: what has no cell of its own, as JSON. */
export type Datatype = 'string' | 'integer' | 'number' | 'boolean' | 'date' | 'dateTime' | 'json'

/** A column: its CSV and what CSVW says of it come from here alone. */
export interface Column {
  /** As in JSON; of what stands within an object with a dot: `target.at_least`. */
  name: string
  /** The field of the row that it shows, or shows a part of: what `fields` asks for. */
  field: string
  description: string
  datatype: Datatype
  /** All that it may say, where that is a list of words. */
  words?: readonly string[] | undefined
  /** Of a list of texts: what stands between them. */
  separator?: '|' | undefined
  /** What it shows of a row, which is as in JSON. */
  cell: (row: object) => unknown
}

interface Schema {
  type?: string
  format?: string
  description?: string
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
}

/** What is said of the whole answer, or leads elsewhere. */
const NO_COLUMNS = ['links', 'licence', 'attribution']

interface Options {
  /** Fields of the row that have no column. */
  without?: readonly string[]
  /** false: an object is one cell of JSON, as a bulk PUT takes it. */
  flat?: boolean
}

/** The columns of rows of a schema, in its order. Beside the status of a figure stands its symbol. */
export function columnsOf (schema: TObject, { without = [], flat = true }: Options = {}): Column[] {
  return within(schema as Schema, [], flat).filter(({ field }) => !without.includes(field))
}

/** A column that every row has the same in, or that is worked out. */
export const columnOf = (name: string, schema: TSchema, cell?: Column['cell']): Column => ({
  ...single(schema, [name]), ...(cell !== undefined && { cell })
})

function within ({ properties = {} }: Schema, path: readonly string[], flat: boolean): Column[] {
  return Object.entries(properties).flatMap(([name, schema]): Column[] => {
    if (NO_COLUMNS.includes(name)) return []
    const here = [...path, name]
    const object = alternatives(schema).find(({ properties }) => properties !== undefined)
    if (flat && object !== undefined) return within(object, here, flat)
    const column = single(schema, here)
    if (!isStatusOfFigure(name, column.words)) return [column]
    const breaks = 'break' in properties ? reader([...path, 'break']) : () => null
    const symbol: Column = {
      name: [...path, 'status_symbol'].join('.'),
      field: column.field,
      description: SYMBOLS_EXPLAINED,
      datatype: 'string',
      cell: (row) => symbolsOf(column.cell(row), (breaks(row) ?? '') !== '')
    }
    return [column, symbol]
  })
}

function single (schema: Schema, path: readonly string[]): Column {
  const [one = {}, ...others] = alternatives(schema)
  const isList = one.type === 'array' && others.length === 0 && alternatives(one.items ?? {}).every(isText)
  const words = others.length === 0 && one.enum?.every((word) => typeof word === 'string') === true
    ? one.enum
    : undefined
  return {
    name: path.join('.'),
    field: path[0] ?? '',
    description: schema.description ?? one.description ?? '',
    datatype: isList ? 'string' : others.length > 0 ? 'json' : datatypeOf(one),
    words,
    ...(isList && { separator: '|' as const }),
    cell: reader(path)
  }
}

const alternatives = (schema: Schema): Schema[] =>
  (schema.anyOf?.flatMap(alternatives) ?? [schema]).filter(({ type }) => type !== 'null')

const isText = ({ type, enum: words }: Schema): boolean => (type ?? (words && 'string')) === 'string'

function datatypeOf (schema: Schema): Datatype {
  if (isText(schema)) return ({ date: 'date', 'date-time': 'dateTime' } as const)[schema.format ?? ''] ?? 'string'
  return ({ integer: 'integer', number: 'number', boolean: 'boolean' } as const)[schema.type ?? ''] ?? 'json'
}

const reader = (path: readonly string[]): Column['cell'] => (row) => path.reduce<unknown>(valueOf, row)
const valueOf = (inner: unknown, name: string): unknown => (inner as Record<string, unknown> | null | undefined)?.[name]
