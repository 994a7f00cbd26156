import { hash } from 'node:crypto'
import type pg from 'pg'

interface Statement<Column extends string> {
  /** What `text` selects, each of them a whole number that is never null. */
  columns: readonly Column[]
  /**
   * Its parameters had best stand in sub-selects, as `(SELECT $1::date[])`: where the planner sees values it goes on planning anew
   * for each of them, which takes longer than many a reading.
   */
  text: string
  values: unknown[]
}

/**
 * Rows of numbers, in no set order unless `text` sorts them. They come column by column, each as one text: a quarter of
 * what rows cost to receive. One prepared plan for each text.
 */
export async function readColumns<Column extends string> (
  client: pg.Pool | pg.ClientBase, { columns, text, values }: Statement<Column>
): Promise<Array<Record<Column, number>>> {
  const { rows: [found] } = await client.query<Record<string, string | null>>({
    name: nameOf(text),
    text: `SELECT ${columns.map((column) => `array_agg("${column}")::text AS "${column}"`).join(', ')} FROM (${text}) AS found`,
    values
  })
  const lists = columns.map((column) => numbersOf(found?.[column] ?? '{}'))
  return (lists[0] ?? []).map((_, i) => {
    const row: Partial<Record<Column, number>> = {}
    for (const [n, column] of columns.entries()) row[column] = lists[n]?.[i] ?? 0
    return row as Record<Column, number>
  })
}

// As the pool's own parsers: a figure beyond 2^53 must not be rounded in silence.
function numbersOf (array: string): number[] {
  if (/\d{16}/.test(array)) throw new RangeError('a sum has sixteen digits: it may be beyond 2^53')
  return JSON.parse(`[${array.slice(1, -1)}]`) as number[]
}

const nameOf = (text: string): string => hash('sha1', text, 'hex').slice(0, 20)
