import { DAY_MS, dayOf, formatDay, HOUR_MS, parseDay } from '../../domain/calendar.ts'
import { serialDay, timeOfSerial } from '../../files/serial-dates.ts'

/** How a mapping may say that a day is written. */
export const DATE_FORMATS = [
  'dd/mm/yyyy', 'mm/dd/yyyy', 'yyyy-mm-dd', 'yyyymmdd', 'excel', 'excel-1904', 'unix', 'unix-ms'
] as const
export type DateFormat = typeof DATE_FORMATS[number]
/** Which of day and month comes first. */
export type Order = 'day-first' | 'month-first'

/** What a cell says: a day, and perhaps a time of it (milliseconds) and how far that is from UTC. */
export interface Moment { day: number, time?: number, offset?: number, isSerial?: boolean }
/** `ambiguous`: the day it is if its first number is the day, and if it is the month. */
export type DateCell = Moment | { why: string } | { ambiguous: [day: number, month: number] }

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAY = /^(?:mon|tue|tues|wed|weds|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+/i
const WEEK = /^w\/?[ce]?\.?:?\s+|^week (?:commencing|beginning|starting)\s+/i
const YEAR_FIRST = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:(?:\s*,\s*|\s+|[Tt])(.+))?$/
const COMPACT = /^((?:19|20|21)\d{2})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?$/
const YEAR_LAST = /^(\d{1,2})[\s./-](\d{1,2})[\s./-](\d{4}|\d{2})(?:(?:\s*,\s*|\s+|[Tt])(.+))?$/
const NAMED = /^(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s./-]*([a-z]{3,9})\.?[\s./,-]*(\d{4}|\d{2})(?:(?:\s*,\s*|\s+)(.+))?$/i
const NAMED_FIRST = /^([a-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:(?:\s*,\s*|\s+)(.+))?$/i
const MONTH_ONLY = /^(?:([a-z]{3,9})\.?[\s./,-]*(\d{4}|\d{2})|(\d{4})-(\d{2}))$/i
const SERIAL = /^\d{5}(?:\.\d+)?$/
/** Numbers that are days of 1954 to 2119 there. */
const [FIRST_SERIAL, LAST_SERIAL] = [20_000, 80_000]
const CLOCK = /^(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([ap])?\.?(?:m\.?)?\s*(Z|UTC|GMT|BST|[+-]\d{2}:?\d{2})?$/i
const BARE_CLOCK = /^(\d{1,2})(\d{2})$/

const NO_DAY = { why: 'is no day of the calendar' }

/** Reads a date, with or without a time. `order`: of numbers that both may be a month; undefined: nobody knows. */
export function readDate (
  text: string, { format, order, date1904 = false }: {
    format?: DateFormat | undefined, order?: Order | undefined, date1904?: boolean
  }
): DateCell {
  if (format === 'unix' || format === 'unix-ms') return unixMoment(text, format === 'unix' ? 1000 : 1)
  const plain = text.replace(WEEK, '').replace(WEEKDAY, '')
  const yearFirst = YEAR_FIRST.exec(plain)
  if (yearFirst !== null) return withTime(calendarDay(yearFirst[1], yearFirst[2], yearFirst[3]), yearFirst[4])
  const yearLast = YEAR_LAST.exec(plain)
  if (yearLast !== null) return ordered(yearLast, format, order)
  const named = NAMED.exec(plain)
  if (named !== null) return withTime(calendarDay(named[3], monthOf(named[2]), named[1]), named[4])
  const first = NAMED_FIRST.exec(plain)
  if (first !== null) return withTime(calendarDay(first[3], monthOf(first[1]), first[2]), first[4])
  const compact = COMPACT.exec(plain)
  if (compact !== null) return compactMoment(compact)
  const from1904 = format === 'excel-1904' || (format !== 'excel' && date1904)
  if (SERIAL.test(plain)) return serialMoment(Number(plain), from1904)
  return { why: 'is no date' }
}

/** The first day of a month that is named alone, as in `May 2014` or `2014-05`. */
export function readMonth (text: string): Moment | undefined {
  const found = MONTH_ONLY.exec(text)
  const day = found === null
    ? undefined
    : calendarDay(found[2] ?? found[3], found[1] === undefined ? found[4] : monthOf(found[1]), '1')
  return day === undefined ? undefined : { day }
}

/** Which comes first, if a cell settles it. */
export function orderOf (text: string): Order | undefined {
  const found = YEAR_LAST.exec(text.replace(WEEK, '').replace(WEEKDAY, ''))
  if (found === null) return undefined
  const [first, second] = [Number(found[1]), Number(found[2])]
  if (first > 12 && first <= 31 && second <= 12) return 'day-first'
  return second > 12 && second <= 31 && first <= 12 ? 'month-first' : undefined
}

/** A time of day in a cell of its own: `8:31`, `08:31:00`, `0831`, `8.31pm`, or a spreadsheet's part of a day. */
export function readTime (text: string): { time: number, offset?: number } | undefined {
  const bare = BARE_CLOCK.exec(text)
  if (bare !== null) return clockTime(`${bare[1]}:${bare[2]}`)
  const part = /^(?:0?\.\d+)$/.test(text) ? Number(text) : undefined
  return part === undefined ? clockTime(text) : { time: timeOfSerial(part) }
}

function ordered (
  [, first = '', second = '', year, rest]: RegExpExecArray, format: DateFormat | undefined, known: Order | undefined
): DateCell {
  const stated = format === 'dd/mm/yyyy' ? 'day-first' : format === 'mm/dd/yyyy' ? 'month-first' : undefined
  const [dayFirst, monthFirst] = [calendarDay(year, second, first), calendarDay(year, first, second)]
  const order = stated ?? known
  // A number above 12 is no month, whatever is found out of other cells; what a mapping states holds to the letter.
  const settled = stated === undefined && (dayFirst === undefined) !== (monthFirst === undefined)
  if (settled) return withTime(dayFirst ?? monthFirst, rest)
  const isOpen = order === undefined && dayFirst !== monthFirst
  if (isOpen && dayFirst !== undefined && monthFirst !== undefined) return { ambiguous: [dayFirst, monthFirst] }
  return withTime(order === 'month-first' ? monthFirst : dayFirst, rest)
}

function withTime (day: number | undefined, rest: string | undefined): DateCell {
  if (day === undefined) return NO_DAY
  if (rest === undefined) return { day }
  const clock = clockTime(rest.trim())
  return clock === undefined ? { why: 'has no time of day behind its date' } : { day, ...clock }
}

function clockTime (text: string): { time: number, offset?: number } | undefined {
  const found = CLOCK.exec(text)
  if (found === null) return undefined
  const [, hours, minutes = '', seconds = '0', fraction = '', half, zone] = found
  let hour = Number(hours)
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined
    hour = hour % 12 + (half.toLowerCase() === 'p' ? 12 : 0)
  }
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  const time = ((hour * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + ms
  return zone === undefined ? { time } : { time, offset: offsetOf(zone) }
}

function offsetOf (zone: string): number {
  if (/^BST$/i.test(zone)) return HOUR_MS
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? []
  if (sign === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

function compactMoment ([, year, month, day, hours, minutes, seconds]: RegExpExecArray): DateCell {
  return withTime(
    calendarDay(year, month, day), hours === undefined ? undefined : `${hours}:${minutes ?? '00'}:${seconds ?? '00'}`
  )
}

function serialMoment (serial: number, date1904: boolean): DateCell {
  const whole = Math.floor(serial)
  const text = whole >= FIRST_SERIAL && whole <= LAST_SERIAL ? serialDay(whole, date1904) : undefined
  const day = text === undefined ? undefined : parseDay(text)
  if (day === undefined) return { why: 'is no date' }
  const time = timeOfSerial(serial - whole)
  if (time === DAY_MS) return { day: day + 1, isSerial: true }
  return time === 0 ? { day, isSerial: true } : { day, time, isSerial: true }
}

function unixMoment (text: string, times: number): DateCell {
  if (!/^\d{9,13}(?:\.\d+)?$/.test(text)) return { why: 'is no number of seconds since 1970' }
  const instant = Math.floor(Number(text) * times)
  const day = Math.floor(instant / DAY_MS)
  return { day, time: instant - day * DAY_MS, offset: 0 }
}

/** Two digits are of this century: nothing before 2000 is taken. */
function calendarDay (
  year: string | undefined, month: string | undefined, day: string | undefined
): number | undefined {
  if (year === undefined || month === undefined || day === undefined) return undefined
  const [y, m, d] = [Number(year) + (year.length === 2 ? 2000 : 0), Number(month), Number(day)]
  if (m < 1 || m > 12 || d < 1 || d > 31) return undefined
  const found = dayOf(y, m, d)
  return Number(formatDay(found).slice(8)) === d ? found : undefined
}

function monthOf (name: string | undefined): string | undefined {
  const at = MONTHS.indexOf((name ?? '').slice(0, 3).toLowerCase())
  const isName = at !== -1 && FULL[at]?.startsWith((name ?? '').toLowerCase()) === true
  return isName || /^sept$/i.test(name ?? '') ? String(at + 1) : undefined
}
const FULL = [
  'january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november',
  'december'
]
