import type { CheckedRow } from '../intake/check-rows.ts'
import { oneEach, type OneEach } from '../intake/one-each.ts'
import { CONTENT_FIELDS, type EventRow } from './columns.ts'
import { byId } from './store/row.ts'

/** One row of each event of a batch, in the order of keys. */
export function oneEventEach (checked: ReadonlyArray<CheckedRow<EventRow>>, newest: boolean): OneEach<EventRow> {
  const each = oneEach(checked, newest, {
    keyOf: ({ id }) => id,
    sayTheSame: (a, b) => CONTENT_FIELDS.every((field) => a[field] === b[field]),
    refuse: (first, { index, row: { id } }) => ({
      index,
      pointer: '/id',
      code: 'conflict',
      detail: `Row ${first.index} of this batch says something else of ${id}; send it once, or each time with a ` +
        'higher revision, or with on_repeat=newest for the last of them to hold.'
    })
  })
  each.rows.sort((a, b) => byId(a.row, b.row))
  return each
}
