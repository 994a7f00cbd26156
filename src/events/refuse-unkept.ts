import { formatDay } from '../domain/calendar.ts'
import { ProblemError, type RowError } from '../errors.ts'

const why = (cutOff: number): string =>
  `Days before ${formatDay(cutOff)} are closed: their events are not kept any more, and what was sent of them is ` +
    'counted for good.'

/** `cutOff`: days since 1970. */
export const closedDayError = (index: number, cutOff: number): RowError => ({
  index, pointer: '/occurred_at', code: 'closed-day', detail: `${why(cutOff)} Leave the row out.`
})

export const closedDay = (cutOff: number): ProblemError => new ProblemError('closed-day', why(cutOff))

export const erasedError = (index: number, id: string): RowError => ({
  index,
  pointer: '/id',
  code: 'event-erased',
  detail: `${id} was erased, so it is not taken again; take it out of what is sent.`
})
