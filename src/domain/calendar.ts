/**
 * UK local days. A day is a whole number: days since 1970-01-01, so calendar arithmetic is integer arithmetic and never
 * 7 × 24 hours. An instant is milliseconds since the epoch.
 */

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Years for which summer time is worked out beforehand; the rule below has held since 1996. */
const FIRST_YEAR = 1996
const LAST_YEAR = 2100

// British Summer Time runs from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October
// (The Summer Time Order 2002, SI 2002/262). The test compares every boundary with the IANA database.
const SUMMER: Array<{ from: number, to: number }> = []
for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
  SUMMER.push({ from: lastSundayAt1(year, 2), to: lastSundayAt1(year, 9) })
}

function lastSundayAt1 (year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0))
  return lastDay.getTime() - lastDay.getUTCDay() * DAY_MS + HOUR_MS
}

/** The Europe/London calendar day in which an instant falls. */
export function localDay (instant: number): number {
  const summer = SUMMER[new Date(instant).getUTCFullYear() - FIRST_YEAR]
  const offset = summer !== undefined && instant >= summer.from && instant < summer.to ? HOUR_MS : 0
  return Math.floor((instant + offset) / DAY_MS)
}

/** `YYYY-MM-DD` of a day. */
export function formatDay (day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
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

const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})$/

/** Milliseconds of an RFC 3339 date-time with an offset, or undefined. A time without offset is no instant. */
export function parseInstant (text: string): number | undefined {
  const date = INSTANT.exec(text)?.[1]
  if (date === undefined) return undefined
  const instant = Date.parse(text)
  // Date.parse rolls 30 February over to March; the calendar day must exist as written.
  if (Number.isNaN(instant) || (date > `${date.slice(0, 7)}-28` && parseDay(date) === undefined)) return undefined
  return instant
}
