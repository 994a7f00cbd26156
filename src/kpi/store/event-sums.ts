import type pg from 'pg'
import { exact } from '../../domain/exact.ts'
import { daysWithin, reportedRanges, REPORT_GAP } from '../../domain/kpi/reported-days.ts'
import { largest } from '../../domain/largest.ts'
import { addPeriods, FIRST_DAY, periodStart } from '../../domain/period.ts'
import { remembered } from '../../domain/remembered.ts'
import { eachSum, type Dimension, type EventSum } from '../../rollups/index.ts'

/** Days of one authority and type of event, `to` not included. */
export interface EventRange { authorityId: number, type: number, from: number, to: number }

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
    wardIds: readonly number[] | undefined, outcomes: readonly number[], most: number | null, among: readonly number[]
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

/** Ranges with no more days between them are read together: sums are stored by the month at least. */
const NEAR_DAYS = 31

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
  const byMonth = dimensions.includes('street')
  const around = split === 'none' ? REPORT_GAP : 0
  const numbered = eventRanges.map((eventRange, n) => ({ ...eventRange, n }))
  const together = [...Map.groupBy(numbered, ({ type }) => type).values()].flatMap(nearOnes)
  await Promise.all(together.map(async (some) => {
    const rangesAt = new Map([...Map.groupBy(some, ({ authorityId }) => authorityId)].map(([id, own]) =>
      [
        id,
        remembered((day: number) => own.filter(({ from, to }) => day >= from && day < to).map(({ n }) => n))
      ]
    ))
    const type = some[0]?.type ?? 0
    const last = Math.max(...some.map(({ to }) => to)) - 1
    await eachSum(client, {
      authorityIds: [...rangesAt.keys()],
      serviceId,
      type,
      from: Math.max((some[0]?.from ?? 0) - around, FIRST_DAY),
      before: byMonth ? addPeriods('month', periodStart('month', last), 1) : last + 1 + around,
      dimensions,
      filters: streets?.wardIds === undefined ? {} : { ward: streets.wardIds }
    }, (sum) => {
      visit(seriesOf({ authorityId: sum.authorityId, type }), rangesAt.get(sum.authorityId)?.(sum.day) ?? [], sum)
    })
  }))
}

// A year and the year before are read at once, last week and the same one years ago apart.
function nearOnes<One extends EventRange> (eventRanges: readonly One[]): One[][] {
  const together: One[][] = []
  let end = -Infinity
  for (const eventRange of eventRanges.toSorted((a, b) => a.from - b.from)) {
    if (eventRange.from > end + NEAR_DAYS) together.push([])
    together.at(-1)?.push(eventRange)
    end = Math.max(end, eventRange.to)
  }
  return together
}

async function ofLargestStreets (
  sums: RangeSum[], { outcomes, most, among }: NonNullable<EventSumsQuestion['streets']>
): Promise<RangeSum[]> {
  const ranges = new Set(among)
  const inQuestion = sums.filter(({ area, outcome, eventRange }) =>
    area !== 0 && outcomes.includes(outcome) && ranges.has(eventRange)
  )
  const streets = [...Map.groupBy(inQuestion, ({ area }) => area)]
  const top = most === null
    ? streets
    : await largest(streets, most, ([, some]) => some.reduce((sum, { count }) => sum + count, 0), ([a], [b]) => a - b)
  const wanted = new Set(top.map(([area]) => area))
  return sums.filter(({ area }) => wanted.has(area))
}
