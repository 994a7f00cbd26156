import type pg from 'pg'
import { exact } from '../../domain/exact.ts'
import { daysWithin, reportedRanges, REPORT_GAP } from '../../domain/kpi/reported-days.ts'
import { largest } from '../../domain/largest.ts'
import { remembered } from '../../domain/remembered.ts'
import { eachSum, type Dimension, type EventSum } from '../../rollups/index.ts'
import { rangesTogether, type EventRange } from './ranges-together.ts'

/**
 * A sum over days; `eventRange` is an index into the question's. `area` is a ward's id, a street's USRN, or 0 where not
 * asked for.
 */
export interface RangeSum {
  eventRange: number
  channel: number
  outcome: number
  area: number
  count: number
  avoidable: number
}

export interface EventSumsQuestion {
  serviceId: number
  eventRanges: readonly EventRange[]
  split: 'none' | 'ward' | 'street'
  /** Streets only: those with the most of these outcomes in the ranges `among`; `most` null: all of them. */
  streets?: {
    wardIds: readonly number[] | undefined,
    outcomes: readonly number[],
    most: number | null,
    among: readonly number[],
    /** The sums to go by, where they are others than those of all events. */
    by?: readonly RangeSum[] | undefined
  }
}

/**
 * `reportedDays`: by index, how many days reports account for (`reportedRanges`); left out where nothing was reported.
 */
export interface EventSums { sums: RangeSum[], reportedDays: Map<number, number> }

const DIMENSIONS: Record<EventSumsQuestion['split'], readonly Dimension[]> = {
  none: ['channel', 'outcome'], ward: ['ward', 'channel', 'outcome'], street: ['ward', 'street', 'outcome']
}
/** More than there are. */
const [OUTCOMES, CHANNELS] = [32, 32_768]

/** Sums of events over ranges of days. */
export async function readEventSums (client: pg.Pool | pg.ClientBase, question: EventSumsQuestion): Promise<EventSums> {
  const { serviceId, eventRanges, split, streets } = question
  const sums = eventRanges.map(() => new Map<number, RangeSum & { events: number }>())
  const days = new Map<string, Set<number>>(eventRanges.map((one) => [seriesOf(one), new Set()]))
  const any = new Set<number>()
  const report = (series: string, eventRanges: readonly number[], { day, events }: EventSum): void => {
    if (events <= 0) return
    days.get(series)?.add(day)
    for (const eventRange of eventRanges) any.add(eventRange)
  }
  await Promise.all([
    eachInRanges(client, question, DIMENSIONS[split], (series, ranges, added) => {
      if (split === 'none') report(series, ranges, added)
      const area = split === 'none' ? 0 : added[split]
      const { channel, outcome, events, count, avoidable } = added
      const key = (area * CHANNELS + channel) * OUTCOMES + outcome
      for (const eventRange of ranges) {
        const sum = sums[eventRange]?.get(key)
        if (sum === undefined) {
          sums[eventRange]?.set(key, { eventRange, channel, outcome, area, events, count, avoidable })
          continue
        }
        sum.events += events
        sum.count += count
        sum.avoidable += avoidable
      }
    }),
    split !== 'none' && eachInRanges(client, { serviceId, eventRanges, split: 'none' }, DIMENSIONS.none, report)
  ])
  const reported = remembered((series: string) => reportedRanges(days.get(series) ?? []))
  const found = sums.flatMap((ofRange) =>
    [...ofRange.values()].filter(({ events }) => events > 0).map(({ events, ...sum }) =>
      ({ ...sum, count: exact(sum.count), avoidable: exact(sum.avoidable) })
    )
  )
  return {
    sums: streets === undefined ? found : await ofLargestStreets(found, streets),
    reportedDays: new Map([...any].sort((a, b) => a - b).flatMap((eventRange) => {
      const asked = eventRanges[eventRange]
      return asked === undefined
        ? []
        : [[eventRange, daysWithin(reported(seriesOf(asked)), { start: asked.from, end: asked.to })]]
    }))
  }
}

const seriesOf = ({ authorityId, type }: Pick<EventRange, 'authorityId' | 'type'>): string => `${authorityId} ${type}`

/**
 * Visits sums with the ranges that they lie in, those of streets with the ranges that their month begins in. Where
 * nothing is split, also those of the days around: whether a day is accounted for depends on them.
 */
async function eachInRanges (
  client: pg.Pool | pg.ClientBase,
  { serviceId, eventRanges, split, streets }: EventSumsQuestion,
  dimensions: readonly Dimension[],
  visit: (series: string, eventRanges: readonly number[], sum: Readonly<EventSum>) => void
): Promise<void> {
  const together = rangesTogether(eventRanges, {
    byMonth: dimensions.includes('street'), around: split === 'none' ? REPORT_GAP : 0
  })
  const filters = streets?.wardIds === undefined ? {} : { ward: streets.wardIds }
  await Promise.all(together.map(async ({ rangesAt, ...asked }) => {
    await eachSum(client, { ...asked, serviceId, dimensions, filters }, (sum) => {
      const { authorityId, day } = sum
      visit(seriesOf({ authorityId, type: asked.type }), rangesAt(authorityId, day), sum)
    })
  }))
}

async function ofLargestStreets (
  sums: RangeSum[], { outcomes, most, among, by = sums }: NonNullable<EventSumsQuestion['streets']>
): Promise<RangeSum[]> {
  const ranges = new Set(among)
  const inQuestion = by.filter(({ area, outcome, eventRange }) =>
    area !== 0 && outcomes.includes(outcome) && ranges.has(eventRange)
  )
  const streets = [...Map.groupBy(inQuestion, ({ area }) => area)]
  const top = most === null
    ? streets
    : await largest(streets, most, ([, some]) => some.reduce((sum, { count }) => sum + count, 0), ([a], [b]) => a - b)
  const wanted = new Set(top.map(([area]) => area))
  return sums.filter(({ area }) => wanted.has(area))
}
