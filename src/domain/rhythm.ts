import { dayParts } from './calendar.ts'
import type { Period } from './period.ts'

/** How often something new comes in of a feed. */
export const RHYTHMS = ['day', 'weekday', 'week', 'month', 'quarter', 'year', 'irregular'] as const
export type Rhythm = typeof RHYTHMS[number]

/** A day on which rows came in, and the newest local day that any row was about by then. */
export interface Arrival { day: number, newest: number }

/** `allowed`: how old, in days, the newest day may be before the feed is late; null: it is never late. */
export interface Learnt { rhythm: Rhythm, allowed: number | null }

/**
 * How old the newest day may be where nothing was learnt of its delay. Performance Platform, `max_age_expected` of a
 * data set by period: 180,000, 1,300,000, 5,200,000 and 15,600,000 seconds (alphagov/stagecraft models/data_set.py); a
 * year by analogy; a weekday has a weekend more.
 */
const ALLOWED: Record<Rhythm, number | null> = {
  day: 2, weekday: 4, week: 15, month: 60, quarter: 180, year: 540, irregular: null
}
export const allowedAge = (rhythm: Rhythm): number | null => ALLOWED[rhythm]

/** Figures say themselves how often they come. */
export function rhythmOf (period: Period): Rhythm {
  if (period === 'financial_quarter') return 'quarter'
  return period === 'financial_year' ? 'year' : period
}

/** Days by which a feed is late: 0 while it is in time, null where nobody can say. */
export function daysLate (newest: number, today: number, allowed: number | null): number | null {
  return allowed === null ? null : Math.max(0, today - newest - allowed)
}

interface Known {
  rhythm: Rhythm
  /** The gap between arrivals, in days. */
  gaps: readonly [least: number, most: number]
  /** So many arrivals with something new, over so many days, before it is believed. */
  arrivals: number
  span: number
  /** Days beside the usual: for a bank holiday, or a person who is away. */
  grace: number
}
const KNOWN: readonly Known[] = [
  { rhythm: 'day', gaps: [1, 1], arrivals: 8, span: 14, grace: 1 },
  { rhythm: 'week', gaps: [5, 9], arrivals: 4, span: 20, grace: 2 },
  { rhythm: 'month', gaps: [24, 38], arrivals: 3, span: 50, grace: 7 },
  { rhythm: 'quarter', gaps: [80, 104], arrivals: 3, span: 160, grace: 14 },
  { rhythm: 'year', gaps: [340, 390], arrivals: 3, span: 680, grace: 30 }
]
/** For a long weekend: Good Friday and Easter Monday are two more days. */
const WEEKDAY_GRACE = 2
/** Arrivals that are looked at; older ones may have had another rhythm. */
export const ARRIVALS_LOOKED_AT = 40
/** The share of gaps that have to fit, and the share of ages that are usual: a holiday and a failure are neither. */
const [MOST_FIT, USUAL] = [0.6, 0.9]
const WEEKEND_SHARE = 0.05
/** Of a feed without a rhythm the longest pause so far, so many times; and how many arrivals say that it has none. */
const [PAUSES, IRREGULAR_ARRIVALS, IRREGULAR_SPAN] = [2, 8, 28]

/**
 * The rhythm of a feed and how old its newest day usually grows, from the days on which something arrived, in order;
 * while those are too few, from the local days that its rows are about, as after a year was sent at once. Undefined
 * while neither is enough.
 */
export function learnRhythm (arrivals: readonly Arrival[], days: readonly number[] = []): Learnt | undefined {
  const ofArrivals = rhythmOfArrivals(arrivals)
  if (ofArrivals !== undefined) return ofArrivals
  const ofDays = rhythmOfArrivals(days.map((day) => ({ day, newest: day })))
  if (ofDays === undefined) return undefined
  const grace = KNOWN.find(({ rhythm }) => rhythm === ofDays.rhythm)?.grace ?? WEEKDAY_GRACE
  const waited = agesOf(advancing(arrivals)).map((age) => age + grace)
  return { ...ofDays, allowed: Math.max(allowedAge(ofDays.rhythm) ?? ofDays.allowed ?? 0, ...waited) }
}

// Days that brought corrections alone do not count.
function rhythmOfArrivals (arrivals: readonly Arrival[]): Learnt | undefined {
  const advances = advancing(arrivals).slice(-ARRIVALS_LOOKED_AT)
  const [first, last] = [advances[0], advances.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const gaps = advances.slice(1).map(({ day }, i) => day - (advances[i]?.day ?? day))
  const ages = agesOf(advances)
  const isBelieved = (arrivals: number, days: number): boolean =>
    advances.length >= arrivals && last.day - first.day >= days
  const usual = middle(gaps)
  const known = KNOWN.find(({ gaps: [least, most] }) => usual >= least && usual <= most)
  const fits = known !== undefined &&
    gaps.filter((gap) => gap >= known.gaps[0] && gap <= known.gaps[1]).length >= MOST_FIT * gaps.length
  if (known !== undefined && fits) {
    if (!isBelieved(known.arrivals, known.span)) return undefined
    const onWeekdays = known.rhythm === 'day' && restsAtWeekends(advances)
    const grace = onWeekdays ? WEEKDAY_GRACE : known.grace
    return { rhythm: onWeekdays ? 'weekday' : known.rhythm, allowed: Math.max(1, share(ages, USUAL)) + grace }
  }
  if (!isBelieved(IRREGULAR_ARRIVALS, IRREGULAR_SPAN)) return undefined
  return { rhythm: 'irregular', allowed: PAUSES * Math.max(...ages) }
}

function advancing (arrivals: readonly Arrival[]): Arrival[] {
  let newest = -Infinity
  return arrivals.filter((arrival) => {
    const isNew = arrival.newest > newest
    newest = Math.max(newest, arrival.newest)
    return isNew
  })
}

/** How old the newest day had grown each time when the next one came. */
const agesOf = (advances: readonly Arrival[]): number[] =>
  advances.slice(1).map(({ day }, i) => day - (advances[i]?.newest ?? day))

function restsAtWeekends (arrivals: readonly Arrival[]): boolean {
  const onWeekends = arrivals.filter(({ day }) => dayParts(day).weekday >= 5).length
  return onWeekends <= WEEKEND_SHARE * arrivals.length
}

const middle = (numbers: readonly number[]): number => share(numbers, 0.5)

function share (numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN
}
