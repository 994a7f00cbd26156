import { DAY_MS } from '../domain/calendar.ts'

/** Of the system of Excel for Windows, whose day 60 is 29 February 1900, which never was. */
const [LEAP_DAY, EPOCH_1900, EPOCH_1904] = [60, Date.UTC(1899, 11, 31), Date.UTC(1904, 0, 1)]
const SECOND_MS = 1000

const two = (n: number): string => String(n).padStart(2, '0')

/**
 * A number by which Excel shows a date or a time, as `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM:SS` or `HH:MM:SS`; `isSpan`: it
 * shows hours, however many. To the second, which is as fine as the number is kept. A number that is no day: itself.
 */
export function serialText (serial: number, { date1904, isSpan }: { date1904: boolean, isSpan: boolean }): string {
  const seconds = Math.round(serial * 86_400)
  if (isSpan || seconds < 0) return spanText(seconds)
  const [day, rest] = [Math.floor(seconds / 86_400), seconds % 86_400]
  const time = spanText(rest)
  if (day === 0 && !date1904) return time
  const date = serialDay(day, date1904)
  if (date === undefined) return String(serial)
  return rest === 0 ? date : `${date}T${time}`
}

/** `YYYY-MM-DD` of a whole number by which Excel counts days; undefined where it has no such day. */
export function serialDay (day: number, date1904: boolean): string | undefined {
  if (!date1904 && day === LEAP_DAY) return undefined
  const days = date1904 ? day : day > LEAP_DAY ? day - 1 : day
  const at = new Date((date1904 ? EPOCH_1904 : EPOCH_1900) + days * DAY_MS)
  return Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999 ? undefined : at.toISOString().slice(0, 10)
}

function spanText (seconds: number): string {
  const [sign, rest] = seconds < 0 ? ['-', -seconds] : ['', seconds]
  return `${sign}${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`
}
/** Milliseconds within the day of a fraction of it. */
export const timeOfSerial = (fraction: number): number => Math.round(fraction * 86_400) * SECOND_MS
