import type { CopyWriter } from '../postgres/copy-writer.ts'
import { DIMENSIONS, DIMENSION_NAMES, SERIES, type RollupRow, type Series } from './dimensions.ts'
import { DETAIL_ARRAYS } from './sql.ts'

const FIELDS = DIMENSION_NAMES.map((name) => DIMENSIONS[name].field)
/** Columns of whole numbers that every event has: the day, the ids, and how often. */
const NUMBERS = 1 + FIELDS.length + 2
const EVENTS_A_ROW = 40

/** Whether an event says anything beside its dimensions. */
export const isDetailed = ({ amountPence, durationSeconds, attributes }: RollupRow): boolean =>
  amountPence != null || durationSeconds != null || attributes != null

/** What events of one series say beside their dimensions: an element an event in every column. */
export class DetailChange {
  readonly #numbers: number[][] = Array.from({ length: NUMBERS }, () => [])
  readonly #amounts: Array<number | null> = []
  readonly #durations: Array<number | null> = []
  readonly #attributes: Array<string | null> = []

  add (row: RollupRow, sign: 1 | -1): void {
    const { amountPence = null, durationSeconds = null, attributes = null } = row
    const numbers = [row.localDay, ...FIELDS.map((field) => row[field]), sign, sign * row.count]
    for (const [i, column] of this.#numbers.entries()) column.push(numbers[i] ?? 0)
    this.#amounts.push(amountPence === null ? null : sign * amountPence)
    this.#durations.push(durationSeconds)
    this.#attributes.push(attributes)
  }

  addAll (other: DetailChange): void {
    for (const [i, column] of this.#numbers.entries()) append(column, other.#numbers[i] ?? [])
    append(this.#amounts, other.#amounts)
    append(this.#durations, other.#durations)
    append(this.#attributes, other.#attributes)
  }

  /** Writes them as rows of `rollup_pending_detail`. */
  writeRows (writer: CopyWriter, { authorityId, serviceId, type }: Series): void {
    const events = this.#amounts.length
    for (let from = 0; from < events; from += EVENTS_A_ROW) {
      const to = Math.min(from + EVENTS_A_ROW, events)
      writer.row(SERIES.length + DETAIL_ARRAYS.length, SERIES.length * 6)
      writer.int2(authorityId)
      writer.int2(serviceId)
      writer.int2(type)
      for (const column of this.#numbers) writer.array('int4', column.slice(from, to))
      writer.array('int8', this.#amounts.slice(from, to))
      writer.array('int4', this.#durations.slice(from, to))
      writer.array('text', this.#attributes.slice(from, to))
    }
  }
}

function append<T> (to: T[], from: readonly T[]): void {
  for (const one of from) to.push(one)
}
