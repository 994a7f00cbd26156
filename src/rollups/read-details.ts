import type pg from 'pg'
import { DETAIL_DAYS, DETAIL_STREET_MONTHS, type Rollup } from './dimensions.ts'
import { parsePacked } from './packed.ts'
import { eachPacked, wantedIds } from './read.ts'

/** What details can be told apart by, beside the authority, the day, and what the attribute is. */
export type DetailDimension = 'outcome' | 'channel' | 'band' | 'ward' | 'street'

export interface DetailQuestion {
  authorityIds: readonly number[]
  serviceId: number
  type: number
  /** Days since 1970-01-01, the second not included. By ward or street: sums whose month begins in between. */
  from: number
  before: number
  /** The name of an attribute, whose events are asked for; '': events that have an amount or a duration. */
  attribute: string
  /** Only what is one of these: a word, `true`, `false`, or a whole number as text. */
  values?: readonly string[]
  /** What the sums have to be told apart by, or are filtered by. Throws `RangeError` where nothing is kept by them. */
  dimensions: readonly DetailDimension[]
  /** Only these ids. */
  filters?: Partial<Record<'outcome' | 'channel' | 'ward' | 'street', readonly number[]>>
}

/**
 * A sum of details; an id that was not asked for is not to be looked at. `day` is the first of the month where the sum
 * is of one. `band` as domain/durations.ts has it, 0: no duration. `amount` is in pence, of `priced` things; `duration`
 * in seconds, of `timed` things.
 */
export interface DetailSum extends Record<DetailDimension, number> {
  authorityId: number
  day: number
  value: string
  events: number
  count: number
  priced: number
  amount: number
  timed: number
  duration: number
}

/** By what the details of some dimensions are kept at the finest; undefined: they are not kept together. */
export function finestDetailUnit (dimensions: Iterable<DetailDimension>): 'day' | 'month' | undefined {
  const unit = rollupFor([...dimensions])?.unit
  return unit === 'week' ? undefined : unit
}

function rollupFor (dimensions: readonly DetailDimension[]): Rollup | undefined {
  return [DETAIL_DAYS, DETAIL_STREET_MONTHS].find((rollup) =>
    dimensions.every((one) => rollup.dimensions.includes(one))
  )
}

/**
 * Visits every sum that the question asks for, folded and pending, some of them in several parts: who visits adds up.
 * It is the same object each time.
 */
export async function eachDetail (
  client: pg.Pool | pg.ClientBase, question: DetailQuestion, visit: (sum: Readonly<DetailSum>) => void
): Promise<void> {
  const { dimensions, from, before, attribute, values, filters = {} } = question
  const rollup = rollupFor([...dimensions, ...Object.keys(filters) as DetailDimension[]])
  if (rollup === undefined) throw new RangeError('details are not kept by these dimensions')
  const wanted = wantedIds(filters)
  const sum: DetailSum = {
    authorityId: 0,
    day: 0,
    outcome: 0,
    channel: 0,
    band: 0,
    ward: 0,
    street: 0,
    value: '',
    events: 0,
    count: 0,
    priced: 0,
    amount: 0,
    timed: 0,
    duration: 0
  }
  const ofRow = { attribute: [attribute], value: values, ward: filters.ward }
  await eachPacked(client, rollup, { ...question, ofRow }, ({ authorityId, start, row }) => {
    const { keys, measures } = parsePacked(rollup.family, row)
    const [events = [], counts = [], priced = [], amounts = [], timed = [], durations = []] = measures
    sum.authorityId = authorityId
    sum.value = String(row['value'])
    sum.ward = Number(row['ward_id'] ?? 0)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? 0
      sum.day = 0
      for (const { name, shift, mask } of rollup.key) sum[name as 'day' | DetailDimension] = key >>> shift & mask
      sum.day += start ?? 0
      if (sum.day < from || sum.day >= before || !wanted.every(({ name, ids }) => ids.has(sum[name]))) continue
      sum.events = events[i] ?? 0
      sum.count = counts[i] ?? 0
      sum.priced = priced[i] ?? 0
      sum.amount = amounts[i] ?? 0
      sum.timed = timed[i] ?? 0
      sum.duration = durations[i] ?? 0
      visit(sum)
    }
  })
}
