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

/** Rows of numbers, in no set order unless `text` sorts them. */
export async function readColumns<Column extends string> (client: pg.Pool | pg.ClientBase, statement: Statement<Column>): Promise<Array<Record<Column, number>>> {
  const { columns } = statement
  // Copies of one row, filled column by column: a row made name by name takes four times as long.
  const blank = Object.fromEntries(columns.map((column) => [column, 0])) as Record<Column, number>
  const lists = await readLists(client, statement)
  const cells = (lists[0] ?? []).map(() => ({ ...blank }))
  for (const [n, column] of columns.entries()) fill(cells, column, lists[n] ?? [])
  return cells
}

/** The same as a list for each column. They come so, each as one text: a quarter of what rows cost to receive. One prepared plan for each text. */
export async function readLists<Column extends string> (client: pg.Pool | pg.ClientBase, { columns, text, values }: Statement<Column>): Promise<number[][]> {
  const { rows: [found] } = await client.query<Record<string, string | null>>({
    name: nameOf(text),
    text: `SELECT ${columns.map((column) => `array_agg("${column}")::text AS "${column}"`).join(', ')} FROM (${text}) AS found`,
    values
  })
  return columns.map((column) => parseNumbers(found?.[column] ?? '{}'))
}

/** The numbers of an array as Postgres writes it, without nulls. As the pool's own parsers: one beyond 2^53 must not be rounded in silence. */
export function parseNumbers (array: string): number[] {
  const numbers = JSON.parse(`[${array.slice(1, -1)}]`) as number[]
  if (!numbers.every(Number.isSafeInteger)) throw new RangeError('a sum is beyond 2^53')
  return numbers
}

function fill<Column extends string> (cells: Array<Record<Column, number>>, column: Column, numbers: readonly number[]): void {
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]
    if (cell !== undefined) cell[column] = numbers[i] ?? 0
  }
}

const nameOf = (text: string): string => hash('sha1', text, 'hex').slice(0, 20)
