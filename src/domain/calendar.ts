/**
 * UK local days. A day is a whole number: days since 1970-01-01, so calendar arithmetic is integer arithmetic and never
 * 7 × 24 hours. An instant is milliseconds since the epoch.
 */

export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000
/** Years for which summer time is worked out beforehand; the rule below has held since 1996. */
const FIRST_YEAR = 1996
const LAST_YEAR = 2100

/** A year in UTC and the summer time within it. */
interface Year { start: number, end: number, from: number, to: number }

// British Summer Time runs from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October
// (The Summer Time Order 2002, SI 2002/262). The test compares every boundary with the IANA database.
const YEARS: Year[] = []
for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
  YEARS.push({
    start: Date.UTC(year, 0), end: Date.UTC(year + 1, 0), from: lastSundayAt1(year, 2), to: lastSundayAt1(year, 9)
  })
}

function lastSundayAt1 (year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0))
  return lastDay.getTime() - lastDay.getUTCDay() * DAY_MS + HOUR_MS
}

let lastYear: Year | undefined // the next event is likely to lie in the same year

/** The Europe/London calendar day in which an instant falls. */
export function localDay (instant: number): number {
  return Math.floor(localInstant(instant) / DAY_MS)
}

/** The instant at which a day begins by the clocks of London. */
export function startOfDay (day: number): number {
  const inSummer = day * DAY_MS - HOUR_MS
  return localDay(inSummer) === day ? inSummer : day * DAY_MS
}

/** Minutes after midnight by the clocks of London. */
export function localMinutes (instant: number): number {
  return Math.floor(localInstant(instant) % DAY_MS / 60_000)
}

/** What an instant would be if London's clocks showed UTC. */
function localInstant (instant: number): number {
  if (lastYear === undefined || instant < lastYear.start || instant >= lastYear.end) {
    lastYear = YEARS[new Date(instant).getUTCFullYear() - FIRST_YEAR]
  }
  const offset = lastYear !== undefined && instant >= lastYear.from && instant < lastYear.to ? HOUR_MS : 0
  return instant + offset
}

/**
 * The instant at which London's clocks show a time, in milliseconds as if they showed UTC. Once a year they show an
 * hour `twice`: it is the first then; and once one `never`: it is what it would be had they not been put forward.
 */
export function instantAt (local: number): { instant: number, shown: 'once' | 'twice' | 'never' } {
  const [inSummer, inWinter] = [localInstant(local - HOUR_MS) === local, localInstant(local) === local]
  if (inSummer) return { instant: local - HOUR_MS, shown: inWinter ? 'twice' : 'once' }
  return { instant: local, shown: inWinter ? 'once' : 'never' }
}

const DAYS_REMEMBERED = 20_000
// Format each day once: a daily series writes the same days in every group, and formatting takes a microsecond.
const formatted = new Map<number, string>()

/** `YYYY-MM-DD` of a day. */
export function formatDay (day: number): string {
  let text = formatted.get(day)
  if (text === undefined) {
    if (formatted.size === DAYS_REMEMBERED) formatted.clear()
    formatted.set(day, text = new Date(day * DAY_MS).toISOString().slice(0, 10))
  }
  return text
}

const DATE = /^\d{4}-\d{2}-\d{2}$/

/** The day of a `YYYY-MM-DD`, or undefined if there is no such day (2015-02-29). */
export function parseDay (text: string): number | undefined {
  if (!DATE.test(text)) return undefined
  const day = Date.parse(`${text}T00:00:00Z`) / DAY_MS
  return Number.isNaN(day) || formatDay(day) !== text ? undefined : day
}

export function dayOf (year: number, month: number, dayOfMonth: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, dayOfMonth) / DAY_MS // Date.UTC takes the year 12 for 1912
}

/** Calendar parts of a day; months from 1, weekdays from Monday = 0. */
export function dayParts (day: number): { year: number, month: number, weekday: number } {
  const date = new Date(day * DAY_MS)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, weekday: (date.getUTCDay() + 6) % 7 }
}

// RFC 3339 has no hour 24, which Date.parse takes.
const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt](?:[01]\d|2[0-3]):\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})$/

const DIGIT_0 = 48
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Milliseconds of `YYYY-MM-DDTHH:MM:SS` with `Z` or `±HH:MM`, the form that nearly all senders use; undefined for
 * anything else, which may still be an instant. A tenth of the time of `Date.parse` with a check of the form. It makes
 * no closures and no arrays: once an event, they were a fifth of all that the collector had to do.
 */
function usualInstant (text: string): number | undefined {
  const { length } = text
  if (length !== 20 && length !== 25) return undefined
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') return undefined
  const year = pairAt(text, 0) * 100 + pairAt(text, 2)
  const month = pairAt(text, 5)
  const day = pairAt(text, 8)
  const hour = pairAt(text, 11)
  const minute = pairAt(text, 14)
  const second = pairAt(text, 17)
  let offset = 0
  if (length === 20) {
    if (text[19] !== 'Z') return undefined
  } else {
    const hours = pairAt(text, 20)
    const minutes = pairAt(text, 23)
    if (text[22] !== ':' || !(hours <= 23 && minutes <= 59) || (text[19] !== '+' && text[19] !== '-')) return undefined
    offset = (hours * 60 + minutes) * (text[19] === '+' ? 60_000 : -60_000)
  }
  if (!(year >= 1970 && hour <= 23 && minute <= 59 && second <= 59 && day >= 1)) return undefined
  // Leave leap days to `parseInstant`.
  if (!(day <= (MONTH_DAYS[month - 1] ?? 0))) return undefined
  return Date.UTC(year, month - 1, day, hour, minute, second) - offset
}

/** The number that two digits write; NaN if they are no digits. */
function pairAt (text: string, at: number): number {
  const tens = text.charCodeAt(at) - DIGIT_0
  const ones = text.charCodeAt(at + 1) - DIGIT_0
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/** Milliseconds of an RFC 3339 date-time with an offset, or undefined. A time without offset is no instant. */
export function parseInstant (text: string): number | undefined {
  const usual = usualInstant(text)
  if (usual !== undefined) return usual
  const date = INSTANT.exec(text)?.[1]
  if (date === undefined) return undefined
  const instant = Date.parse(text)
  // Date.parse rolls 30 February over to March; the calendar day must exist as written.
  if (Number.isNaN(instant) || (date > `${date.slice(0, 7)}-28` && parseDay(date) === undefined)) return undefined
  return instant
}
