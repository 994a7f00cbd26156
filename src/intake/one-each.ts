import type { RowError } from '../errors.ts'
import type { CheckedRow } from './check-rows.ts'

/** How rows of one kind are told apart. A revision of 0 was not said. */
export interface Sameness<Row extends { revision: number }> {
  keyOf: (row: Row) => string
  sayTheSame: (a: Row, b: Row) => boolean
  /** Why the second of two that contradict each other is not taken. */
  refuse: (first: CheckedRow<Row>, second: CheckedRow<Row>) => RowError
}

export interface OneEach<Row> {
  rows: Array<CheckedRow<Row>>
  /** How many say the same as another row, and how many are passed over for a newer one. */
  duplicates: number
  older: number
  errors: RowError[]
}

/**
 * Leaves one row of each event or figure: the one with the highest revision, of equal ones the last; without revisions,
 * the last. Unless the newest is to hold, two of which no revision says which is newer are refused.
 */
export function oneEach<Row extends { revision: number }> (
  checked: ReadonlyArray<CheckedRow<Row>>, newest: boolean, { keyOf, sayTheSame, refuse }: Sameness<Row>
): OneEach<Row> {
  const result: OneEach<Row> = { rows: [], duplicates: 0, older: 0, errors: [] }
  const kept = new Map<string, CheckedRow<Row>>()
  for (const one of checked) {
    const key = keyOf(one.row)
    const rival = kept.get(key)
    if (rival === undefined) {
      kept.set(key, one)
      continue
    }
    if (sayTheSame(rival.row, one.row)) result.duplicates++
    else if (newest || isRaised(rival.row, one.row)) result.older++
    else {
      result.errors.push(refuse(rival, one))
      continue
    }
    const isOlder = one.row.revision > 0 && one.row.revision < rival.row.revision
    if (!isOlder) kept.set(key, one)
  }
  result.rows = [...kept.values()]
  return result
}

const isRaised = ({ revision: a }: { revision: number }, { revision: b }: { revision: number }): boolean =>
  a > 0 && b > 0 && a !== b
