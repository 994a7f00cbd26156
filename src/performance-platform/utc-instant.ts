import { DAY_MS, parseDay } from '../domain/calendar.ts'

/** The instants that the dialect can name: the years 1 to 9999. */
export const FIRST_INSTANT = -62_135_596_800_000
export const LAST_INSTANT = 253_402_300_799_999

/** `2013-01-01T00:00:00+00:00`, the dialect's one spelling: never `Z`, and a fraction only where there is one. */
export function formatUtc (instant: number): string {
  const text = new Date(instant).toISOString()
  const fraction = text.slice(19, 23)
  return `${text.slice(0, 19)}${fraction === '.000' ? '' : `${fraction}000`}+00:00`
}

const QUERY_INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:Z|([+-])(\d{2}):?(\d{2}))$/

/**
 * An instant as queries give it: seconds and a zone, no fraction. Undefined if it is none or lies beyond the calendar.
 */
export function parseQueryInstant (text: string): number | undefined {
  const [, date, hours, minutes, seconds, sign, zoneHours, zoneMinutes] = QUERY_INSTANT.exec(text) ?? []
  if (date === undefined) return undefined
  return instantOf(parseDay(date), [hours, minutes, seconds], offsetOf(sign, zoneHours, zoneMinutes))
}

/**
 * A record's instant: milliseconds, and the text that keeps up to six digits of its fraction. `day`: the local one,
 * where an offset from UTC says that it is one; a label (`T00:00:00Z`) has none.
 */
export interface Timestamp { at: number, text: string, day: string | undefined }

const DATE = /^(\d{4})-?(\d{2})-?(\d{2})$/
const TIME = /^(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.(\d{1,9}))?)?)?(?:(Z)|([+-])(\d{2})(?::?(\d{2}))?)?$/

/** A record's time: ISO 8601 with a time, extended or basic; no zone means UTC. Undefined if it is none. */
export function parseTimestamp (text: string): Timestamp | undefined {
  const [date = '', time, ...rest] = text.split('T')
  const day = DATE.exec(date)
  const parts = TIME.exec(time ?? '')
  if (day === null || parts === null || rest.length > 0) return undefined
  const [, hours, minutes = '00', seconds = '00', fraction = '', , sign, zoneHours, zoneMinutes = '00'] = parts
  const written = day.slice(1).join('-')
  const offset = offsetOf(sign, zoneHours, zoneMinutes)
  const at = instantOf(parseDay(written), [hours, minutes, seconds], offset)
  if (at === undefined) return undefined
  const micros = fraction.padEnd(6, '0').slice(0, 6)
  const whole = formatUtc(at).slice(0, 19)
  return {
    at: at + Number(micros.slice(0, 3)),
    text: `${whole}${Number(micros) === 0 ? '' : `.${micros}`}+00:00`,
    day: offset === 0 ? undefined : written
  }
}

function offsetOf (sign: string | undefined, hours = '0', minutes = '0'): number | undefined {
  if (sign === undefined) return 0
  const [h, m] = [Number(hours), Number(minutes)]
  if (h > 23 || m > 59) return undefined
  return (sign === '-' ? -1 : 1) * (h * 60 + m) * 60_000
}

function instantOf (
  day: number | undefined, time: Array<string | undefined>, offset: number | undefined
): number | undefined {
  const [hours, minutes, seconds] = time.map(Number) as [number, number, number]
  if (day === undefined || offset === undefined || hours > 23 || minutes > 59 || seconds > 59) return undefined
  const instant = day * DAY_MS + ((hours * 60 + minutes) * 60 + seconds) * 1000 - offset
  return instant < FIRST_INSTANT || instant > LAST_INSTANT ? undefined : instant
}

const MONTH = /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i

/** Whether a lenient reader would have guessed a date in a text that is no timestamp: `2012-12-12`, `12/12/2012`. */
export function looksLikeDate (text: string): boolean {
  if (/^\d{4}-\d{2}-\d{2}([ T].*)?$/.test(text)) return parseDay(text.slice(0, 10)) !== undefined
  const [, first, second] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$/.exec(text) ?? []
  if (first !== undefined) {
    return Math.min(Number(first), Number(second)) <= 12 && Math.max(Number(first), Number(second)) <= 31
  }
  return text === '' || (MONTH.test(text) && /\d/.test(text))
}
