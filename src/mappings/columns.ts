import { ProblemError } from '../errors.ts'
import { listOf } from '../catalogue/explain.ts'
import type { RowWarning } from '../errors.ts'
import { keyOf, type Table } from '../files/table.ts'
import { shownHeading } from '../files/read-table.ts'
import type { Field, Mapping } from './schema.ts'

const IN_BRACES = /\{([^{}]+)\}/g

/** The columns that a field is read from. */
export function columnsOfField ({ column, template, hash, time }: Field): string[] {
  const inTemplate = [...(template ?? '').matchAll(IN_BRACES)].flatMap(([, name]) => name ?? [])
  return [column, time].filter((one) => one !== undefined).concat(inTemplate, hash ?? [])
}

/** The columns that a mapping reads, each once. */
export function columnsOf ({ fields, figures = [] }: Mapping): string[] {
  const all = [...Object.values(fields).flatMap(columnsOfField), ...figures.map(({ column }) => column)]
  return [...new Map(all.map((heading) => [keyOf(heading), heading])).values()]
}

/** A column of a file: its heading as it stands there, and its place among the cells of a row. */
export interface Column { heading: string, at: number }

/** The columns of a table by what a mapping calls them. */
export class Columns {
  readonly read: Column[]
  readonly #byKey: Map<string, Column>

  /** Throws `ProblemError` (unknown-column) where the mapping reads a column that is not there. */
  constructor (table: Table, mapping: Mapping) {
    const named = table.headings.map((heading, at): [string, Column] => [keyOf(heading), { heading, at }])
    this.#byKey = new Map(named.reverse()) // of several the first
    const wanted = columnsOf(mapping)
    const missing = wanted.filter((heading) => !this.#byKey.has(keyOf(heading)))
    if (missing.length > 0) {
      const names = listOf(missing.map((heading) => `"${heading}"`), 'or')
      const there = listOf(table.headings.map((heading, at) => shownHeading(heading, at)), 'and')
      throw new ProblemError(
        'unknown-column', `The file has no column ${names}, which the mapping reads; its headings are ${there}.`
      )
    }
    this.read = wanted.map((heading) => this.of(heading))
  }

  of (heading: string): Column {
    const found = this.#byKey.get(keyOf(heading))
    if (found === undefined) throw new RangeError('a column that nobody looked for')
    return found
  }

  /** What of the file nobody reads, and which of two columns of one name is read. */
  warningsFor ({ headings }: Table, { ignore = [] }: Mapping): RowWarning[] {
    const known = new Set([...this.read.map(({ heading }) => heading), ...ignore].map(keyOf))
    const names = headings.flatMap((heading, at) =>
      heading === '' || known.has(keyOf(heading)) ? [] : [shownHeading(heading, at)])
    const twice = this.read.filter(({ heading }) => this.#byKey.has(keyOf(`${heading} (2)`)))
    return [
      ...names.length === 0
        ? []
        : [{
            code: 'unmapped-columns',
            detail: `Not read, since the mapping does not name them: ${listOf(names, 'and')}.`
          }],
      ...twice.map(({ heading }) => ({
        column: heading,
        code: 'repeated-heading',
        detail: `Several columns are headed "${heading}"; the first is read. The next is named "${heading} (2)".`
      }))
    ]
  }
}

/** The parts of a template: texts, and columns. */
export const partsOf = (template: string): Array<{ text: string } | { column: string }> =>
  template.split(/(\{[^{}]+\})/).filter((part) => part !== '').map((part) =>
    /^\{.+\}$/.test(part) ? { column: part.slice(1, -1) } : { text: part })
