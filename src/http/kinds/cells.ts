import { parse } from 'csv-parse/sync'
import type { TObject, TSchema } from 'typebox'
import { ProblemError } from '../../errors.ts'
import { rearmed } from '../../files/formulas.ts'

/** Rows of a CSV: objects of texts, and the line on which each ends. */
export interface CsvRows { rows: Array<Record<string, string>>, lines: number[] }

/** Between the texts of a list in one cell. */
const BETWEEN = '|'

/** Reads a CSV with a header. Throws `ProblemError` where it cannot be read or a column is not of `columns`. */
export function readCsv (text: string, columns: readonly string[], most: number): CsvRows {
  try {
    const found = parse(text, {
      columns: (header: string[]) => checkHeader(header, columns),
      skip_empty_lines: true,
      bom: true,
      trim: true,
      info: true,
      to: most + 1
    }) as unknown as Array<{ record: Record<string, string>, info: { lines: number } }>
    return { rows: found.map(({ record }) => record), lines: found.map(({ info }) => info.lines) }
  } catch (error) {
    if (error instanceof ProblemError) throw error
    const { lines: line } = error as { lines?: number } // its message quotes the text
    throw new ProblemError(
      'invalid-request',
      `The CSV cannot be read${line === undefined ? '' : `; look at line ${line}`}.`
    )
  }
}

function checkHeader (header: string[], columns: readonly string[]): string[] {
  const wrong = header.find((column, i) => !columns.includes(column) || header.indexOf(column) !== i)
  if (wrong === undefined) return header
  const what = /^\w{1,40}$/.test(wrong) ? `The column ${wrong}` : 'A column'
  throw new ProblemError(
    'invalid-request',
    columns.includes(wrong) ? `${what} stands twice.` : `${what} is not known; use ${columns.join(', ')}.`
  )
}

/** A row of texts as one of values, by the types of the schema's fields. What cannot be read stays text. */
export function readCells (row: Record<string, string>, { properties }: TObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, text]) => {
      const field = properties[name]
      const value = field === undefined ? undefined : readCell(rearmed(text), typesOf(field), field)
      return value === undefined ? [] : [[name, value]]
    })
  )
}

function readCell (text: string, types: string[], field: TSchema): unknown {
  if (text === '') {
    if (types.includes('null')) return null
    if (types.includes('array')) return []
    return types.includes('string') && !('enum' in field) ? '' : undefined
  }
  if (types.includes('boolean')) return { true: true, yes: true, false: false, no: false }[text.toLowerCase()] ?? text
  if (types.includes('integer') || types.includes('number')) return Number.isNaN(Number(text)) ? text : Number(text)
  if (types.includes('array') && isListOfTexts(field)) return text.split(BETWEEN).map((part) => part.trim())
  if (types.includes('array') || types.includes('object')) {
    try {
      return JSON.parse(text) as unknown
    } catch {
      return text
    }
  }
  return text
}

/** The types that a field may have: its own, or those of its alternatives. */
function typesOf (field: TSchema): string[] {
  const { type, anyOf, enum: words } = field as { type?: string, anyOf?: TSchema[], enum?: unknown[] }
  if (anyOf !== undefined) return anyOf.flatMap(typesOf)
  return [type ?? (words === undefined ? 'object' : 'string')]
}

function isListOfTexts (field: TSchema): boolean {
  const { anyOf, items } = field as { anyOf?: TSchema[], items?: TSchema }
  if (anyOf !== undefined) return anyOf.some(isListOfTexts)
  return items !== undefined && typesOf(items).every((type) => type === 'string')
}

/** What a field takes: "one of county, district, unitary or null". */
export function inWordsOf (field: TSchema): string {
  const { type, format, pattern, anyOf, enum: words } = field as {
    type?: string, format?: string, pattern?: string, anyOf?: TSchema[], enum?: unknown[]
  }
  if (anyOf !== undefined) return anyOf.map(inWordsOf).join(' or ')
  if (words !== undefined) return `one of ${words.join(', ')}`
  if (format === 'date') return 'a day of 1900 to 2199 as YYYY-MM-DD'
  if (pattern !== undefined) return `a text of the form ${pattern}`
  const said: Record<string, string> = {
    null: 'null', integer: 'a whole number within its bounds', string: 'a text within its length'
  }
  return said[type ?? ''] ?? `of the type ${type ?? 'that /docs shows'}`
}
