import type pg from 'pg'
import { int4Array, int8Array } from '../binary-array.ts'
import { copyRows, type CopyColumn } from '../copy-rows.ts'
import { runPipeline, type Step } from '../pipeline.ts'
import { keysOf, ROLLUPS, type Rollup, type RollupRow } from './definitions.ts'

/** A cell of a rollup, by its packed key and one of its rows, and how much it changes. */
interface Delta { major: number, minor: number, row: RollupRow, events: number, count: number, avoidable: number }

type Cells = Map<number, Map<number, Delta>>

const CHANNEL_DAY = ROLLUPS.findIndex(({ table }) => table === 'rollup_channel_day')

/** Adds up what a transaction changes, cell by cell, so that each cell is written once. */
export class RollupChange {
  readonly #cells = ROLLUPS.map((): Cells => new Map())

  /** `sign` 1 adds an event, -1 takes it away. */
  add (row: RollupRow, sign: 1 | -1): void {
    const count = sign * row.count
    for (let i = 0; i < ROLLUPS.length; i++) {
      if (ROLLUPS[i]?.coarse === false) this.#into(i, row, sign, count, row.avoidable ? count : 0)
    }
  }

  #into (i: number, row: RollupRow, events: number, count: number, avoidable: number): void {
    const [rollup, byMajor] = [ROLLUPS[i] as Rollup, this.#cells[i] as Cells]
    const [major, minor] = [rollup.majorOf(row), rollup.minorOf(row)]
    let byMinor = byMajor.get(major)
    if (byMinor === undefined) byMajor.set(major, byMinor = new Map<number, Delta>())
    const cell = byMinor.get(minor)
    if (cell === undefined) {
      byMinor.set(minor, { major, minor, row, events, count, avoidable })
    } else {
      cell.events += events
      cell.count += count
      cell.avoidable += avoidable
    }
  }

  /**
   * The cells of each rollup, those of merged ones in key order: writers that meet there wait for one another and never in a
   * circle. Asked once.
   */
  sorted (): Delta[][] {
    for (const byMinor of this.#cells[CHANNEL_DAY]?.values() ?? []) {
      for (const { row, events, count, avoidable } of byMinor.values()) {
        for (const [i, { coarse }] of ROLLUPS.entries()) if (coarse) this.#into(i, row, events, count, avoidable)
      }
    }
    return this.#cells.map((byMajor, i) => {
      const majors = [...byMajor.entries()].sort(([a], [b]) => a - b)
      const merged = ROLLUPS[i]?.kept === 'merged'
      return majors.flatMap(([, byMinor]) => merged ? [...byMinor.values()].sort((a, b) => a.minor - b.minor) : [...byMinor.values()])
    })
  }
}

const MEASURES = ['events', 'count', 'avoidable'] as const

// The key columns out of the two packed numbers.
function unpack (keys: Rollup['major'], packed: string): string[] {
  let shift = keys.reduce((sum, { bits }) => sum + bits, 0)
  return keys.map(({ column, type, bits }) => {
    shift -= bits
    const value = `(${packed} >> ${shift} & ${2 ** bits - 1})`
    return `${type === 'date' ? `date '1970-01-01' + ${value}::int4` : `${value}::${type}`} AS ${column}`
  })
}

function upsert (rollup: Rollup): string {
  const columns = keysOf(rollup).map(({ column }) => column).join(', ')
  return `INSERT INTO ${rollup.table} AS rollup (${columns}, ${MEASURES.join(', ')})
    SELECT ${[...unpack(rollup.major, 'major'), ...unpack(rollup.minor, 'minor'), ...MEASURES].join(', ')}
    FROM unnest($1::int8[], $2::int8[], $3::int4[], $4::int8[], $5::int8[]) AS cell(major, minor, ${MEASURES.join(', ')})
    ON CONFLICT (${columns}) DO UPDATE
    SET ${MEASURES.map((name) => `${name} = rollup.${name} + excluded.${name}`).join(', ')}`
}

function step (rollup: Rollup): (cells: Delta[]) => Step {
  if (rollup.kept === 'appended') {
    const columns: Array<CopyColumn<Delta>> = [
      ...keysOf(rollup).map(({ column, type, pick }) => ({ column, type, pick: ({ row }: Delta) => pick(row) })),
      ...MEASURES.map((column) => ({ column, type: 'int8' as const, pick: (cell: Delta) => cell[column] }))
    ]
    return (cells) => copyRows(rollup.table, columns, cells)
  }
  const statement = { name: `apply-${rollup.table}`, text: upsert(rollup) }
  return (cells) => ({
    ...statement,
    values: [
      int8Array(cells, (cell) => cell.major),
      int8Array(cells, (cell) => cell.minor),
      int4Array(cells, (cell) => cell.events),
      int8Array(cells, (cell) => cell.count),
      int8Array(cells, (cell) => cell.avoidable)
    ]
  })
}

const STEPS = ROLLUPS.map(step)

/** The steps that write a change, in the order of `ROLLUPS`. */
export function rollupSteps (change: RollupChange): Step[] {
  return change.sorted().flatMap((cells, i) => cells.length === 0 ? [] : STEPS[i]?.(cells) ?? [])
}

/** Writes the change inside the caller's transaction. */
export async function applyRollupChange (client: pg.ClientBase, change: RollupChange): Promise<void> {
  const steps = rollupSteps(change)
  if (steps.length > 0) await runPipeline(client, steps)
}
