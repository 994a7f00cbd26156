import type pg from 'pg'
import { formatDay } from '../domain/calendar.ts'
import { int2Array } from './binary-array.ts'
import type { CountedKey } from './disclosure.ts'
import { parseNumbers } from './read-columns.ts'
import { STREET_MONTHS, WARD_DAYS, type Rollup } from './rollups/definitions.ts'
import { channelOfKey, dayKey, dayOfKey, outcomeOfKey, streetKey, streetOfKey } from './rollups/packed.ts'
import { eachPending } from './rollups/pending.ts'

export interface CountedCell {
  authorityId: number
  /** Index into the dates asked for. */
  stretch: number
  ward: number
  street: number
  outcome: number
  channel: number
  count: number
  avoidable: number
}

/** Authorities a statement: what it reads of them is held until it is added up, some megabyte each. */
const MOST_AUTHORITIES = 8

/** Sums by authority, stretch between `dates` (first days, the last one exclusive), ward, channel and outcome. */
export async function readWardCounts (pool: pg.Pool, key: CountedKey, dates: readonly number[]): Promise<CountedCell[]> {
  const withoutDay = dayKey(0, 32_767, 31)
  return await readPlaces(pool, WARD_DAYS, key, new Stretches(dates, {
    dayOf: (month, key) => month + dayOfKey(key),
    keyOf: (key) => key & withoutDay,
    pendingKey: (channel, outcome) => dayKey(0, channel, outcome),
    cellOf: (key) => ({ street: 0, channel: channelOfKey(key), outcome: outcomeOfKey(key) })
  }))
}

/** Sums by authority, stretch between `dates`, which start months, ward, street and outcome. */
export async function readStreetCounts (pool: pg.Pool, key: CountedKey, dates: readonly number[]): Promise<CountedCell[]> {
  return await readPlaces(pool, STREET_MONTHS, key, new Stretches(dates, {
    dayOf: (month) => month,
    keyOf: (key) => key,
    pendingKey: (_channel, outcome, street) => streetKey(street, outcome),
    cellOf: (key) => ({ street: streetOfKey(key), channel: 0, outcome: outcomeOfKey(key) })
  }))
}

/** How cells of a packed rollup are told apart within a stretch. */
interface Keying {
  dayOf: (month: number, key: number) => number
  keyOf: (key: number) => number
  pendingKey: (channel: number, outcome: number, street: number) => number
  cellOf: (key: number) => Pick<CountedCell, 'street' | 'channel' | 'outcome'>
}

interface Row { authorityId: number, month: number | null, ward: number | null, keys: string, counts: string, avoidable: string, places: string }

// Packed rows are unpacked here, where it takes a tenth of what Postgres needs to make rows of their cells and group those.
async function readPlaces (pool: pg.Pool, { folded }: Rollup, { authorityIds, serviceId, type }: CountedKey, stretches: Stretches): Promise<CountedCell[]> {
  const ofKey = 'authority_id = ANY ((SELECT $1::int2[])::int2[]) AND service_id = (SELECT $2::int2) AND type = (SELECT $3::int2)'
  for (let from = 0; from < authorityIds.length; from += MOST_AUTHORITIES) {
    const { rows } = await pool.query<Row>({
      name: `counts-${folded}`,
      text: `
        SELECT authority_id AS "authorityId", month - DATE '1970-01-01' AS month, ward_id AS ward, keys::text,
          coalesce(nullif(counts::text, '{}'), events::text) AS counts, avoidable::text, '' AS places
        FROM ${folded} WHERE ${ofKey} AND month >= date_trunc('month', (SELECT $4::date)::timestamp)::date AND month < (SELECT $5::date)
        UNION ALL SELECT authority_id, NULL, NULL, keys::text, counts::text, '', places::text FROM rollup_pending WHERE ${ofKey}`,
      values: [int2Array(authorityIds.slice(from, from + MOST_AUTHORITIES), (id) => id), serviceId, type, formatDay(stretches.from), formatDay(stretches.before)]
    })
    for (const row of rows) stretches.add(row)
  }
  return stretches.cells
}

interface WardSums { authorityId: number, ward: number, stretches: Array<Map<number, CountedCell>> }

/** Adds cells up by the stretches that they lie in. */
class Stretches {
  readonly from: number
  readonly before: number
  readonly #keying: Keying
  /** Of each day since `from`. */
  readonly #stretchOf: number[]
  readonly #wards = new Map<number, WardSums>()

  constructor (dates: readonly number[], keying: Keying) {
    this.from = dates[0] ?? 0
    this.before = dates.at(-1) ?? 0
    this.#keying = keying
    this.#stretchOf = dates.slice(1).flatMap((end, stretch) => Array.from({ length: end - (dates[stretch] ?? end) }, () => stretch))
  }

  add ({ authorityId, month, ward, keys: keysText, counts: countsText, avoidable: avoidableText, places }: Row): void {
    const { dayOf, keyOf, pendingKey } = this.#keying
    if (month === null || ward === null) {
      eachPending({ keys: keysText, places, counts: countsText }, (day, channel, outcome, ward, street, _events, count, avoidable) => {
        this.#addTo(this.#ward(authorityId, ward), day, pendingKey(channel, outcome, street), count, avoidable)
      })
      return
    }
    const [keys, counts, avoidable] = [parseNumbers(keysText), parseNumbers(countsText), parseNumbers(avoidableText)]
    const sums = this.#ward(authorityId, ward)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? 0
      this.#addTo(sums, dayOf(month, key), keyOf(key), counts[i] ?? 0, avoidable[i] ?? 0)
    }
  }

  #ward (authorityId: number, ward: number): WardSums {
    const key = ward * 32_768 + authorityId // the unnamed ward, 0, is each authority's
    let sums = this.#wards.get(key)
    if (sums === undefined) this.#wards.set(key, sums = { authorityId, ward, stretches: [] })
    return sums
  }

  #addTo ({ authorityId, ward, stretches }: WardSums, day: number, key: number, count: number, avoidable: number): void {
    const stretch = this.#stretchOf[day - this.from]
    if (stretch === undefined) return
    const cells = stretches[stretch] ??= new Map<number, CountedCell>()
    const cell = cells.get(key)
    if (cell === undefined) {
      cells.set(key, { authorityId, stretch, ward, ...this.#keying.cellOf(key), count, avoidable })
      return
    }
    cell.count += count
    cell.avoidable += avoidable
  }

  get cells (): CountedCell[] {
    return [...this.#wards.values()].flatMap(({ stretches }) => stretches.flatMap((cells) => [...cells.values()])).filter(({ count }) => count > 0)
  }
}
