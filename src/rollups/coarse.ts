import { periodStart } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import { seriesKey, type Rollup } from './definitions.ts'
import { channelOfKey, dayKey, dayOfKey, outcomeOfKey, packCells, type PackedSpan } from './packed.ts'

/** What the days, all wards together, add to a rollup of weeks or months. */
export function packCoarser ({ unit, span, byChannel }: Rollup, days: readonly PackedSpan[]): PackedSpan[] {
  const spans = new Map<number, Map<number, PackedSpan>>() // of each series
  const startsOf = remembered((day: number) => {
    const cell = periodStart(unit, day)
    const row = periodStart(span, cell)
    return { row, offset: cell - row }
  })
  for (const { start, cells, ...series } of days) {
    let ofSeries = spans.get(seriesKey(series))
    if (ofSeries === undefined) spans.set(seriesKey(series), ofSeries = new Map<number, PackedSpan>())
    for (const [i, key] of cells.keys.entries()) {
      const { row, offset } = startsOf(start + dayOfKey(key))
      let found = ofSeries.get(row)
      if (found === undefined) {
        ofSeries.set(row, found = { ...series, start: row, cells: { keys: [], events: [], counts: [], avoidable: [] } })
      }
      found.cells.keys.push(dayKey(offset, byChannel ? channelOfKey(key) : 0, outcomeOfKey(key)))
      found.cells.events.push(cells.events[i] ?? 0)
      found.cells.counts.push(cells.counts[i] ?? 0)
      found.cells.avoidable.push(cells.avoidable[i] ?? 0)
    }
  }
  return [...spans.values()].flatMap((ofSeries) =>
    [...ofSeries.values()].map((one) => ({ ...one, cells: packCells(one.cells) }))
  )
}
