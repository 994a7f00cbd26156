import { mapInSlices, Slices } from '../../domain/slices.ts'
import { contentOf } from '../../quarantine/read-kept.ts'
import type { StoredRejection } from '../../quarantine/store/rejections.ts'
import { linesOf } from '../formats/csv.ts'
import { idOf } from './rejections.ts'

/** By which Excel knows that letters are UTF-8. */
const BYTE_ORDER_MARK = '\ufeff'
const ROWS = 200

/** What stands behind the columns of a row, and says what is wrong with it. */
const REASONS: Record<string, (rejection: StoredRejection) => string> = {
  line: ({ line, index }) => String(line ?? index + 1),
  reason: ({ errors }) => errors.map(({ detail }) => detail).join(' '),
  code: ({ errors }) => distinct(errors.map(({ code }) => code)),
  field: ({ errors }) => distinct(errors.map(({ pointer }) => pointer.slice(1).replaceAll('/', '.'))),
  column: ({ errors }) => distinct(errors.map(({ column }) => column ?? '')),
  rejection: idOf
}

const distinct = (words: string[]): string => [...new Set(words.filter((word) => word !== ''))].join('; ')

/**
 * Rejections as a CSV that a person mends and sends again: their own columns as they came, then what is wrong with
 * each. A cell that a spreadsheet would run as a formula has an apostrophe before it, which whoever reads a file takes
 * off again.
 */
export async function rejectionsToCsv (rejections: readonly StoredRejection[]): Promise<string> {
  const slices = new Slices()
  const rows = await mapInSlices(rejections, cellsOf, slices)
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  const taken = new Set(columns.map((name) => name.trim().toLowerCase()))
  const reasons = Object.keys(REASONS).map((name) => taken.has(name) ? `refused_${name}` : name)
  let text = BYTE_ORDER_MARK + linesOf([[...columns, ...reasons]])
  for (let from = 0; from < rows.length; from += ROWS) {
    if (slices.over) await slices.pause()
    text += linesOf(rows.slice(from, from + ROWS).map((row, i) => {
      const rejection = rejections[from + i] as StoredRejection
      return [...columns.map((name) => row.get(name) ?? ''), ...Object.values(REASONS).map((say) => say(rejection))]
    }))
  }
  return text
}

/** The cells of a row by column: of a file its own, of JSON one a field. What was not kept has none. */
function cellsOf (rejection: StoredRejection): Map<string, string> {
  const row = contentOf(rejection)
  const cells = new Map<string, string>()
  if (typeof row === 'string') cells.set('text', row)
  if (typeof row !== 'object' || row === null) return cells
  for (const [name, value] of Object.entries(row)) {
    if (name === 'attributes' && isFields(value)) {
      for (const [attribute, one] of Object.entries(value)) add(cells, `attributes.${attribute}`, one)
    } else add(cells, name, value)
  }
  return cells
}

function add (cells: Map<string, string>, name: string, value: unknown): void {
  if (typeof value === 'string') cells.set(name, value)
  else if (value === null || typeof value !== 'object') cells.set(name, value === null ? '' : JSON.stringify(value))
}

const isFields = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
