import { DAY_MS, HOUR_MS, formatDay } from '../../domain/calendar.ts'
import { startOfPeriod } from '../../performance-platform/utc-period.ts'
import { around, chance } from './chance.ts'

export type DemoRecord = Record<string, string | number>

const WEEKS = 60
const WARD_DAYS = 20 * 7
const MONITORED_HOURS = 40 * 24

/** A week's mean; `growth` is what a year adds to it (0.5: half as much again). */
interface Channel { channel: string, mean: number, growth: number }
const SOLIHULL: Channel[] = [
  { channel: 'Phone', mean: 118, growth: -0.25 },
  { channel: 'Digital', mean: 62, growth: 0.5 },
  { channel: 'FaceToFace', mean: 4, growth: 0 },
  { channel: 'Other', mean: 9, growth: 0 }
]
const WARWICKSHIRE: Channel[] = [
  { channel: 'online', mean: 5200, growth: 0.15 },
  { channel: 'selfscan', mean: 3900, growth: 0.1 },
  { channel: 'staff', mean: 2300, growth: -0.2 },
  { channel: 'automated phone', mean: 1400, growth: -0.1 }
]
const BORROWERS = [
  { category: 'Adult', share: 0.52, online: 1.1 },
  { category: 'Junior', share: 0.24, online: 0.8 },
  { category: 'Over 60', share: 0.19, online: 0.6 },
  { category: 'Teenager', share: 0.05, online: 1.3 }
]
// Missed bins in the week of 26 May 2014, as the dashboard of that year was answered; NULL was its word for no ward.
const WARDS: Record<string, number> = {
  Bickenhill: 15,
  Blythe: 29,
  'Castle Bromwich': 4,
  'Chelmsley Wood': 14,
  'Dorridge and Hockley Heath': 5,
  Elmdon: 12,
  'Kingshurst and Fordbridge': 8,
  Knowle: 2,
  Lyndon: 5,
  Meriden: 8,
  NULL: 2,
  Olton: 23,
  'Shirley East': 3,
  'Shirley South': 6,
  'Shirley West': 5,
  Silhill: 18,
  "Smith's Wood": 6,
  'St Alphege': 5
}

/** The last whole weeks before `now`, one record for each channel. */
export function solihullChannels (now: number): DemoRecord[] {
  return weeks(now).flatMap(({ start, age }) =>
    SOLIHULL.map(({ channel, mean, growth }) =>
      weekly(start, channel, { channel, count: around(mean * (1 - growth * age), 'bins', start, channel) })
    )
  )
}

/** The same of Warwickshire's renewals, by who borrowed. */
export function warwickshireRenewals (now: number): DemoRecord[] {
  return weeks(now).flatMap(({ start, age }) =>
    WARWICKSHIRE.flatMap(({ channel, mean, growth }) =>
      BORROWERS.map(({ category, share, online }) => {
        const size = mean * share * (1 - growth * age) * (channel === 'online' ? online : 1)
        return weekly(start, `${channel}.${category}`, {
          channel, borrower_category: category, count: around(size, 'books', start, channel, category)
        })
      })
    )
  )
}

/** Missed bins of each ward and day up to yesterday. Nothing is collected on Sundays. */
export function solihullWards (now: number): DemoRecord[] {
  const today = startOfPeriod('day', now)
  return Array.from({ length: WARD_DAYS }, (_, i) => today - (WARD_DAYS - i) * DAY_MS).flatMap((day) =>
    Object.entries(WARDS).map(([ward, mean]) => ({
      _id: `${formatDay(day / DAY_MS)}.${ward.replaceAll(/[^A-Za-z]+/g, '-')}`,
      _timestamp: stamp(day),
      ward,
      missed_bins: new Date(day).getUTCDay() === 0 ? 0 : around(mean / 6, 'ward', day, ward)
    }))
  )
}

/**
 * How the online form was up to the last whole hour, as a monitor saw it: seconds up and down, milliseconds to answer.
 */
export function solihullMonitoring (now: number): DemoRecord[] {
  const hour = startOfPeriod('hour', now)
  return Array.from({ length: MONITORED_HOURS }, (_, i) => hour - (MONITORED_HOURS - i) * HOUR_MS).map((start) => {
    const downtime = chance('down', start) < 0.02 ? around(300, 'long', start) : 0
    return {
      _id: new Date(start).toISOString().slice(0, 13),
      _timestamp: stamp(start),
      uptime: 3600 - downtime,
      downtime,
      unmonitored: 0,
      avgresponse: around(640, 'answer', start)
    }
  })
}

function weeks (now: number): Array<{ start: number, age: number }> {
  const thisWeek = startOfPeriod('week', now)
  const backFrom = (i: number) => ({ start: thisWeek - i * 7 * DAY_MS, age: i / 52 })
  return Array.from({ length: WEEKS }, (_, i) => backFrom(WEEKS - i))
}

function weekly (start: number, key: string, fields: DemoRecord): DemoRecord {
  return {
    _id: `${formatDay(start / DAY_MS)}.${key.replaceAll(' ', '-')}`,
    _timestamp: stamp(start),
    period: 'week',
    ...fields
  }
}

const stamp = (at: number): string => new Date(at).toISOString().replace('.000Z', '+00:00')
