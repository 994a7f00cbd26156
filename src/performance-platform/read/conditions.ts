import { isInternalField } from '../field.ts'
import { formatUtc, parseTimestamp } from '../utc-instant.ts'
import { addUtcPeriods, startOfPeriod, UTC_PERIODS } from '../utc-period.ts'
import type { Condition } from '../store/filter.ts'
import type { Filter } from './data-query.ts'

const NEVER: Condition = { kind: 'never' }
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/

/**
 * What a filter means for a record. `true` and `false` are booleans, never the words; a number matches as a number and
 * as the text of one (the original could not filter by numbers at all); a prefix matches strings only.
 */
export function conditionOf ({ field, value, prefix }: Filter): Condition {
  if (field === '_id') return { kind: 'id', value, prefix }
  if (isInternalField(field) && field !== '_start_at' && field !== '_end_at') {
    return prefix
      ? NEVER
      : timeCondition(field, value)
  }
  if (prefix) return { kind: 'starts-with', field, prefix: value }
  if (value === 'true' || value === 'false') return { kind: 'equals', field, values: [value] }
  return {
    kind: 'equals', field, values: [JSON.stringify(value), ...(NUMBER.test(value) && value.length < 400 ? [value] : [])]
  }
}

function timeCondition (field: string, value: string): Condition {
  const time = parseTimestamp(value)
  if (time === undefined) return NEVER
  if (field === '_timestamp' || field === '_updated_at') {
    const column = field === '_timestamp' ? 'at' : 'updatedAt'
    return { kind: 'time', column, from: time.text, before: microsecondAfter(time.text) }
  }
  const period = UTC_PERIODS.find((name) => field === `_${name}_start_at`)
  if (period === undefined || startOfPeriod(period, time.at) !== time.at || !time.text.endsWith(':00+00:00')) {
    return NEVER
  }
  return { kind: 'time', column: 'at', from: time.text, before: formatUtc(addUtcPeriods(period, time.at, 1)) }
}

// Postgres keeps microseconds, and so do records.
function microsecondAfter (text: string): string {
  const [, whole = '', fraction = '0'] = /^([^.+]+)(?:\.(\d+))?/.exec(text) ?? []
  const micros = Number(fraction.padEnd(6, '0')) + 1
  if (micros < 1_000_000) return `${whole}.${String(micros).padStart(6, '0')}+00:00`
  return formatUtc(Date.parse(`${whole}Z`) + 1000)
}
