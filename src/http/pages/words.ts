import { DAY_MS } from '../../domain/calendar.ts'

const DAY = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' })
const IN_LONDON = { timeZone: 'Europe/London' }
const DAY_THERE = new Intl.DateTimeFormat('en-GB', { ...IN_LONDON, day: 'numeric', month: 'long', year: 'numeric' })
const TIME_THERE = new Intl.DateTimeFormat('en-GB', { ...IN_LONDON, hour: '2-digit', minute: '2-digit' })

/** A local day: `9 June 2014`. */
export const dayInWords = (day: number): string => DAY.format(day * DAY_MS)

/** An instant, by the clocks of London: `10 June 2014 at 13:00`. */
export const timeInWords = (ms: number): string => `${DAY_THERE.format(ms)} at ${TIME_THERE.format(ms)}`

/** `1 council`, `2,000 councils`. */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`
