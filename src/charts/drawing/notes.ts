import { wholeRange } from '../../domain/period.ts'
import type { ChartNote, SeriesChart } from '../spec.ts'
import { dayInWords } from './dates.ts'

/** The most lines with a letter in one chart. */
const MOST = 10

/** A note as it is drawn: at a place among the periods, counted from 0, where 0.5 is between the first two. */
export interface PlacedNote { at: number, text: string, isBreak: boolean }

/**
 * The notes of a chart in the order of their days, those of one day together. Breaks before others where not all fit.
 */
export function notesOf ({ notes, periods }: Pick<SeriesChart, 'notes' | 'periods'>): PlacedNote[] {
  const { start, end } = wholeRange(periods)
  const byDay = Map.groupBy(notes.filter(({ on }) => on >= start && on < end), ({ on }) => on)
  const days = [...byDay].map(([on, ofDay]) => ({ on, ofDay, isBreak: ofDay.some((note) => note.isBreak) }))
  const kept = days.toSorted((a, b) => Number(b.isBreak) - Number(a.isBreak)).slice(0, MOST)
  const left = days.length - kept.length
  return kept.sort((a, b) => a.on - b.on).map(({ on, ofDay, isBreak }, i) => ({
    at: placeOf(on, periods),
    isBreak,
    text: `${wordsOf(on, ofDay)}${i === kept.length - 1 && left > 0 ? ` (${left} more notes are in the JSON.)` : ''}`
  }))
}

export const letterOf = (at: number): string => String.fromCharCode(65 + at)

const wordsOf = (on: number, notes: readonly ChartNote[]): string =>
  `${dayInWords(on)}: ${[...new Set(notes.map(({ text }) => text))].join(' ')}`

/** The first moment of a day among periods that are drawn around whole numbers. */
function placeOf (day: number, periods: SeriesChart['periods']): number {
  const i = periods.findIndex(({ start, end }) => day >= start && day < end)
  const { start, end } = periods[i] ?? { start: day, end: day + 1 }
  return i - 0.5 + (day - start) / (end - start)
}
