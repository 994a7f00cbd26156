import type { Break } from '../catalogue/breaks.ts'
import type { Authority, Directory } from '../catalogue/directory.ts'
import { parseDay } from '../domain/calendar.ts'
import { wholeRange, type DateRange } from '../domain/period.ts'
import type { ChartNote } from './spec.ts'
import { dayInWords } from './drawing/dates.ts'
import { listed, nameOf } from './words.ts'

/** What a council noted; both days inclusive. */
interface Annotation { authorityId: number, startOn: string, endOn: string | null, note: string }

/** Of authorities that were merged, or left out of a merger, so many are named. */
const MOST_MERGED = 6

/** Breaks of a series, and what councils noted on its days. */
export function notesOfSeries (
  directory: Directory,
  { named, periods }: { named: readonly Authority[], periods: readonly DateRange[] },
  { breaks, annotations }: { breaks: readonly Break[], annotations: readonly Annotation[] }
): ChartNote[] {
  return [
    ...breakNotes(directory, breaks),
    ...annotationNotes(directory, annotations, wholeRange(periods), named.length === 1)
  ]
}

function breakNotes (directory: Directory, breaks: readonly Break[]): ChartNote[] {
  return breaks.map(({ on, authority, reason, ended, leftOut }) => ({
    on,
    isBreak: true,
    text: reason === 'wards'
      ? `Wards of ${authority.short_name} changed: figures before this day cannot be compared with those from it on.`
      : [
          `${authority.short_name} merged: before this day its figures are those of ${someOf(directory, ended)}.`,
          ...leftOut.length === 0 ? [] : [`Left out, because they were split: ${someOf(directory, leftOut)}.`]
        ].join(' ')
  }))
}

/** `isOfOne`: all are on one authority, so that it need not be named. */
function annotationNotes (
  directory: Directory,
  annotations: readonly Annotation[],
  range: DateRange,
  isOfOne: boolean
): ChartNote[] {
  return annotations.map(({ authorityId, startOn, endOn, note }) => {
    const start = parseDay(startOn) ?? range.start
    const until = endOn === null || endOn === startOn ? '' : ` (until ${dayInWords(parseDay(endOn) ?? start)})`
    const since = start < range.start ? ` (since ${dayInWords(start)})` : ''
    const of = isOfOne ? '' : `${directory.authorityById.get(authorityId)?.short_name ?? ''}: `
    return { on: Math.max(start, range.start), isBreak: false, text: `${of}${note}${since}${until}` }
  })
}

const someOf = (directory: Directory, slugs: readonly string[]): string => {
  const names = slugs.map((slug) => nameOf(directory, 'authority', slug))
  return names.length > MOST_MERGED
    ? `${names.slice(0, MOST_MERGED).join(', ')} and ${names.length - MOST_MERGED} more`
    : listed(names)
}
