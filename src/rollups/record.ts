import type pg from 'pg'
import { copyRows } from '../postgres/copy-rows.ts'
import type { Copy } from '../postgres/copy-together.ts'
import { CopyWriter } from '../postgres/copy-writer.ts'
import { DIMENSIONS, DIMENSION_NAMES, SERIES, type RollupRow, type Series } from './dimensions.ts'
import { DetailChange, isDetailed } from './record-details.ts'
import { foldPending, lockSeries } from './fold.ts'
import { recordRevisedDays, type RevisedDay } from './revised-days.ts'
import { DETAIL_ARRAYS, PENDING_ARRAYS } from './sql.ts'

/** Of a column of `PENDING_ARRAYS` each, an element an event. */
type Columns = number[][]
interface SeriesChange {
  series: Series
  columns: Columns
  /** Of the events that have any. */
  details: DetailChange | undefined
  revisedDays: Set<number>
}

const FIELDS = DIMENSION_NAMES.map((name) => DIMENSIONS[name].field)
const [ARRAY_BYTES, ELEMENT_BYTES] = [24, 4]
/** A row of `rollup_pending` takes less than 2 kB, so that a page holds four. */
const EVENTS_A_ROW = Math.floor((1950 / PENDING_ARRAYS.length - ARRAY_BYTES) / ELEMENT_BYTES)

/** What a transaction adds to the rollups and takes away. */
export class RollupChange {
  readonly #series = new Map<number, SeriesChange>()
  #takesAway = false

  /** `sign` 1 adds an event, -1 takes it away: its day is revised then, as it was accepted before. */
  add (row: RollupRow, sign: 1 | -1): void {
    const change = this.#of(row)
    const { columns, revisedDays } = change
    let column = 0
    columns[column++]?.push(row.localDay)
    for (const field of FIELDS) columns[column++]?.push(row[field])
    columns[column++]?.push(sign)
    columns[column++]?.push(sign * row.count)
    columns[column]?.push(row.avoidable ? sign * row.count : 0)
    if (isDetailed(row)) (change.details ??= new DetailChange()).add(row, sign)
    if (sign === -1) {
      this.#takesAway = true
      revisedDays.add(row.localDay)
    }
  }

  /** Adds what an event says since its correction; what it said before, if it counted, has to be taken away as well. */
  addCorrected (row: RollupRow): void {
    this.add(row, 1)
    this.#of(row).revisedDays.add(row.localDay)
  }

  /** Takes over what another transaction was to change; `other` is not used any more. */
  addAll (other: RollupChange): void {
    for (const [key, change] of other.#series) {
      const mine = this.#series.get(key)
      if (mine === undefined) this.#series.set(key, change)
      else {
        mine.columns = mine.columns.map((column, i) => column.concat(change.columns[i] ?? []))
        if (mine.details === undefined || change.details === undefined) mine.details ??= change.details
        else mine.details.addAll(change.details)
        for (const day of change.revisedDays) mine.revisedDays.add(day)
      }
    }
    this.#takesAway ||= other.#takesAway
  }

  #of ({ authorityId, serviceId, type }: Series): SeriesChange {
    const key = (authorityId * 32_768 + serviceId) * 4 + type
    let change = this.#series.get(key)
    if (change === undefined) {
      change = {
        series: { authorityId, serviceId, type },
        columns: PENDING_ARRAYS.map(() => []),
        details: undefined,
        revisedDays: new Set()
      }
      this.#series.set(key, change)
    }
    return change
  }

  get takesAway (): boolean {
    return this.#takesAway
  }

  get series (): Series[] {
    return [...this.#series.values()].map(({ series }) => series)
  }

  /** Of each series, the first day that has anything to add. */
  get earliestDays (): Array<{ authorityId: number, localDay: number }> {
    return [...this.#series.values()].map(({ series: { authorityId }, columns: [days = []] }) => ({
      authorityId, localDay: days.reduce((first, day) => Math.min(first, day), Infinity)
    }))
  }

  get revisedDays (): RevisedDay[] {
    return [...this.#series.values()].flatMap(({ series, revisedDays }) =>
      [...revisedDays].map((day) => ({ ...series, day }))
    )
  }

  /** Rows of `rollup_pending`, as a COPY in the binary form. */
  get rows (): Buffer {
    const arrays = PENDING_ARRAYS.length
    const fixedBytes = SERIES.length * 6 + arrays * ARRAY_BYTES
    const writer = new CopyWriter(this.#series.size * fixedBytes)
    for (const { series: { authorityId, serviceId, type }, columns } of this.#series.values()) {
      const events = columns[0]?.length ?? 0
      for (let from = 0; from < events; from += EVENTS_A_ROW) {
        const to = Math.min(from + EVENTS_A_ROW, events)
        writer.row(SERIES.length + arrays, fixedBytes + (to - from) * arrays * 2 * ELEMENT_BYTES)
        writer.int2(authorityId)
        writer.int2(serviceId)
        writer.int2(type)
        for (const column of columns) writer.int4Array(column, from, to)
      }
    }
    return writer.written
  }

  /** Rows of `rollup_pending_detail`; undefined: there are none. */
  get detailRows (): Buffer | undefined {
    const some = [...this.#series.values()].filter(({ details }) => details !== undefined)
    if (some.length === 0) return undefined
    const writer = new CopyWriter(0)
    for (const { series, details } of some) details?.writeRows(writer, series)
    return writer.written
  }
}

/**
 * The statements that record new events inside the caller's: `events` names rows with the columns of `event`, few
 * enough that those of one series fit into a row.
 */
export const insertPendingOf = (events: string): string => `
  INSERT INTO rollup_pending (${[...SERIES, ...PENDING_ARRAYS].join(', ')})
  SELECT ${SERIES.join(', ')}, ${DAYS_AND_IDS},
    array_agg(1), array_agg(count), array_agg(CASE WHEN avoidable THEN count ELSE 0 END)
  FROM ${events} GROUP BY ${SERIES.join(', ')}`

/** As `insertPendingOf`, of what events say beside their dimensions. */
export const insertPendingDetailsOf = (events: string): string => `
  INSERT INTO rollup_pending_detail (${[...SERIES, ...DETAIL_ARRAYS].join(', ')})
  SELECT ${SERIES.join(', ')}, ${DAYS_AND_IDS},
    array_agg(1), array_agg(count), array_agg(amount_pence), array_agg(duration_seconds), array_agg(attributes::text)
  FROM ${events}
  WHERE amount_pence IS NOT NULL OR duration_seconds IS NOT NULL OR attributes IS NOT NULL
  GROUP BY ${SERIES.join(', ')}`

const DAYS_AND_IDS = [
  'array_agg(local_date - DATE \'1970-01-01\')',
  ...DIMENSION_NAMES.map((name) => `array_agg(${DIMENSIONS[name].column}::int4)`)
].join(', ')

/** The rows of a change that takes nothing away, for `copyTogether`. */
export function changeToCopy ({ rows, detailRows }: RollupChange): Copy[] {
  const copies = [{ target: { table: 'rollup_pending', columns: [...SERIES, ...PENDING_ARRAYS] }, bytes: rows }]
  if (detailRows !== undefined) {
    const target = { table: 'rollup_pending_detail', columns: [...SERIES, ...DETAIL_ARRAYS] }
    copies.push({ target, bytes: detailRows })
  }
  return copies
}

/**
 * Writes the change inside the caller's transaction, as rows that are folded later. Only what takes something away is
 * folded at once: so nothing pending ever lessens a sum, and "has this day any events?" is a question about any one of
 * its rows.
 */
export async function recordChange (client: pg.ClientBase, change: RollupChange): Promise<void> {
  const { series } = change
  if (series.length === 0) return
  const { revisedDays } = change
  if (change.takesAway || revisedDays.length > 0) await lockSeries(client, series)
  await recordRevisedDays(client, revisedDays)
  for (const { target, bytes } of changeToCopy(change)) await copyRows(client, target, bytes)
  if (change.takesAway) await foldPending(client, series)
}
