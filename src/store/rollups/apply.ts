import type pg from 'pg'
import { int8Array } from '../binary-array.ts'
import { ENCODERS, ROLLUPS, type Delta, type Rollup, type RollupRow } from './definitions.ts'

/** Adds up what a transaction changes, cell by cell, so that each cell is written once. */
export class RollupChange {
  readonly #cells = ROLLUPS.map(() => new Map<string, Delta>())

  /** `sign` 1 adds an event, -1 takes it away. */
  add (row: RollupRow, sign: 1 | -1): void {
    for (const [i, { keys }] of ROLLUPS.entries()) {
      const cells = this.#cells[i] as Map<string, Delta>
      let name = ''
      for (const { pick } of keys) name += `${pick(row)} `
      let cell = cells.get(name)
      if (cell === undefined) cells.set(name, cell = { ...row, events: 0, countChange: 0, avoidableChange: 0 })
      cell.events += sign
      cell.countChange += sign * row.count
      if (row.avoidable) cell.avoidableChange += sign * row.count
    }
  }

  get isEmpty (): boolean {
    return this.#cells.every((cells) => cells.size === 0)
  }

  /** The cells of each rollup in key order: writers that meet wait for one another and never in a circle. */
  sorted (): Delta[][] {
    return ROLLUPS.map(({ keys }, i) => [...(this.#cells[i] as Map<string, Delta>).values()].sort((a, b) => {
      for (const { pick } of keys) {
        const difference = pick(a) - pick(b)
        if (difference !== 0) return difference
      }
      return 0
    }))
  }
}

const MEASURES = ['events', 'count', 'avoidable']

function upsert ({ table, keys }: Rollup, first: number): string {
  const columns = [...keys.map(({ column }) => column), ...MEASURES].join(', ')
  const arrays = [...keys.map(({ type }) => type), 'int8', 'int8', 'int8'].map((type, i) => `$${first + i}::${type}[]`).join(', ')
  return `INSERT INTO ${table} AS rollup (${columns}) SELECT * FROM unnest(${arrays})
    ON CONFLICT (${keys.map(({ column }) => column).join(', ')}) DO UPDATE
    SET ${MEASURES.map((name) => `${name} = rollup.${name} + excluded.${name}`).join(', ')}`
}

const STATEMENTS = ROLLUPS.map((rollup) => ({ name: `apply-${rollup.table}`, text: upsert(rollup, 1) }))

/** Writes the change: one upsert a rollup, in the order of `ROLLUPS`. */
export async function applyRollupChange (client: pg.ClientBase, change: RollupChange): Promise<void> {
  for (const [i, cells] of change.sorted().entries()) {
    const rollup = ROLLUPS[i]
    const statement = STATEMENTS[i]
    if (rollup === undefined || statement === undefined || cells.length === 0) continue
    await client.query({
      ...statement,
      values: [
        ...rollup.keys.map(({ type, pick }) => ENCODERS[type](cells, pick)),
        int8Array(cells, (cell) => cell.events),
        int8Array(cells, (cell) => cell.countChange),
        int8Array(cells, (cell) => cell.avoidableChange)
      ]
    })
  }
}
