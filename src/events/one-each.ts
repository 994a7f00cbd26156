import type { RowError } from '../errors.ts'
import type { CheckedRow } from '../intake/check-rows.ts'
import { CONTENT_FIELDS, type EventRow } from './columns.ts'
import { byId } from './store/row.ts'

type Checked = CheckedRow<EventRow>

export interface OneEach {
  /** One row for each event, in the order of keys. */
  rows: Checked[]
  /** How many say the same as another row, and how many are passed over for a newer one. */
  duplicates: number
  older: number
  errors: RowError[]
}

/**
 * Leaves one row of each event: the one with the highest revision, of equal ones the last; without revisions, the last.
 * Unless the newest is to hold, two of which no revision says which is newer are refused.
 */
export function oneEach (checked: readonly Checked[], newest: boolean): OneEach {
  const result: OneEach = { rows: [], duplicates: 0, older: 0, errors: [] }
  const byEvent = new Map<string, Checked>()
  for (const one of checked) {
    const rival = byEvent.get(one.row.id)
    if (rival === undefined) {
      byEvent.set(one.row.id, one)
      continue
    }
    const isOlder = one.row.revision > 0 && one.row.revision < rival.row.revision
    if (sayTheSame(rival.row, one.row)) result.duplicates++
    else if (newest || isRaised(rival.row, one.row)) result.older++
    else {
      result.errors.push(refusal(rival, one))
      continue
    }
    if (!isOlder) byEvent.set(one.row.id, one)
  }
  result.rows = [...byEvent.values()].sort((a, b) => byId(a.row, b.row))
  return result
}

const sayTheSame = (a: EventRow, b: EventRow): boolean => CONTENT_FIELDS.every((field) => a[field] === b[field])

const isRaised = (a: EventRow, b: EventRow): boolean =>
  a.revision > 0 && b.revision > 0 && a.revision !== b.revision

const refusal = (first: Checked, { index, row: { id } }: Checked): RowError => ({
  index,
  pointer: '/id',
  code: 'conflict',
  detail: `Row ${first.index} of this batch says something else of ${id}; send it once, or each time with a higher ` +
    'revision, or with on_repeat=newest for the last of them to hold.'
})
