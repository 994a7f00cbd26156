import { periodStart } from '../../domain/period.ts'
import { dateArray, int2Array, int8Array } from '../binary-array.ts'
import type { Step } from '../pipeline.ts'
import { MEASURES, seriesKey, type Rollup, type Series } from './definitions.ts'
import { channelOfKey, dayOfKey, outcomeOfKey } from './packed.ts'
import type { PackedMonth } from './unfolded.ts'

/** A cell of a rollup that has a row for each. `start` is the first day of its week or month, in days since 1970-01-01. */
export interface CoarseCell extends Series { start: number, channelId: number, outcome: number, events: number, count: number, avoidable: number }

/** Months of days, all wards together, summed as a rollup of weeks or months has it, in the order of its key; `channelId` 0 where it has none. */
export function coarseCells ({ keys }: Rollup, months: readonly PackedMonth[]): CoarseCell[] {
  const unit = keys.includes('week') ? 'week' : 'month'
  const byChannel = keys.includes('channel_id')
  const ofSeries = new Map<number, { series: Series, cells: Map<number, CoarseCell> }>()
  const starts = new Map<number, number>()
  for (const { authorityId, serviceId, type, month, cells: { keys, events, counts, avoidable } } of months) {
    const series = { authorityId, serviceId, type }
    let found = ofSeries.get(seriesKey(series))
    if (found === undefined) ofSeries.set(seriesKey(series), found = { series, cells: new Map() })
    for (const [i, key] of keys.entries()) {
      const day = month + dayOfKey(key)
      let start = starts.get(day)
      if (start === undefined) starts.set(day, start = periodStart(unit, day))
      const [channelId, outcome] = [byChannel ? channelOfKey(key) : 0, outcomeOfKey(key)]
      const cellKey = start * 2 ** 20 + (channelId << 5 | outcome)
      let cell = found.cells.get(cellKey)
      if (cell === undefined) found.cells.set(cellKey, cell = { ...series, start, channelId, outcome, events: 0, count: 0, avoidable: 0 })
      cell.events += events[i] ?? 0
      cell.count += counts[i] ?? 0
      cell.avoidable += avoidable[i] ?? 0
    }
  }
  const inOrder = <T>(map: Map<number, T>): T[] => [...map].sort(([a], [b]) => a - b).map(([, value]) => value)
  return inOrder(ofSeries).flatMap(({ cells }) => inOrder(cells))
}

const COLUMNS: Record<string, { type: string, encode: (cells: readonly CoarseCell[]) => Buffer }> = {
  authority_id: { type: 'int2', encode: (cells) => int2Array(cells, ({ authorityId }) => authorityId) },
  service_id: { type: 'int2', encode: (cells) => int2Array(cells, ({ serviceId }) => serviceId) },
  type: { type: 'int2', encode: (cells) => int2Array(cells, ({ type }) => type) },
  week: { type: 'date', encode: (cells) => dateArray(cells, ({ start }) => start) },
  month: { type: 'date', encode: (cells) => dateArray(cells, ({ start }) => start) },
  channel_id: { type: 'int2', encode: (cells) => int2Array(cells, ({ channelId }) => channelId) },
  outcome: { type: 'int2', encode: (cells) => int2Array(cells, ({ outcome }) => outcome) },
  events: { type: 'int8', encode: (cells) => int8Array(cells, ({ events }) => events) },
  count: { type: 'int8', encode: (cells) => int8Array(cells, ({ count }) => count) },
  avoidable: { type: 'int8', encode: (cells) => int8Array(cells, ({ avoidable }) => avoidable) }
}

/** The step that adds these cells, in the order of their key, to what is folded of a rollup. */
export function addCells ({ folded, keys }: Rollup, cells: readonly CoarseCell[]): Step {
  const columns = [...keys, ...MEASURES]
  return {
    name: `add-${folded}`,
    text: `
      INSERT INTO ${folded} AS kept (${columns.join(', ')})
      SELECT * FROM unnest(${columns.map((column, i) => `$${i + 1}::${COLUMNS[column]?.type ?? ''}[]`).join(', ')})
      ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${MEASURES.map((name) => `${name} = kept.${name} + excluded.${name}`).join(', ')}`,
    values: columns.flatMap((column) => COLUMNS[column]?.encode(cells) ?? [])
  }
}
