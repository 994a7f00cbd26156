import { formatDay, parseDay } from '../../../src/domain/calendar.ts'
import type { DateRange } from '../../../src/domain/period.ts'

export const formatRange = ({ start, end }: DateRange): string =>
  `start_on=${formatDay(start)}&end_on=${formatDay(end - 1)}`

export const addDays = (day: string, days: number): number => parseDay(day)! + days
