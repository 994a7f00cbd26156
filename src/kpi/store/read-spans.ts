import type pg from 'pg'
import { largest } from '../../domain/largest.ts'
import { addPeriods, periodStart } from '../../domain/period.ts'
import { remembered } from '../../domain/remembered.ts'
import { eachSum, exact, type Dimension, type EventSum } from '../../rollups/index.ts'

/** Days of one authority and type of event, `to` not included. */
export interface Span { authorityId: number, type: number, from: number, to: number }

/** A sum over a span; `span` is an index. `area` is a ward's id, a street's USRN, or 0 where not asked for. */
export interface SpanCell {
  span: number
  channel: number
  outcome: number
  area: number
  count: number
  avoidable: number
}

export interface SpanQuestion {
  serviceId: number
  spans: readonly Span[]
  split: 'none' | 'ward' | 'street'
  /** Streets only: those with the most of these outcomes in the spans `among`; `most` null: all of them. */
  streets?: {
    wardIds: readonly number[] | undefined, outcomes: readonly number[], most: number | null, among: readonly number[]
  }
}

/** `reportedDays`: on how many days of each span anything was reported; spans without any are left out. */
export interface SpanSums { cells: SpanCell[], reportedDays: Map<number, number> }

const DIMENSIONS: Record<SpanQuestion['split'], readonly Dimension[]> = {
  none: ['channel', 'outcome'], ward: ['ward', 'channel', 'outcome'], street: ['ward', 'street', 'outcome']
}
/** More than there are. */
const [OUTCOMES, CHANNELS] = [32, 32_768]

/** Sums of events over spans. */
export async function readSpans (client: pg.Pool | pg.ClientBase, question: SpanQuestion): Promise<SpanSums> {
  const { serviceId, spans, split, streets } = question
  const sums = spans.map(() => new Map<number, SpanCell & { events: number }>())
  const days = spans.map(() => new Set<number>())
  const report = (span: number, { day, events }: EventSum): void => {
    if (events > 0) days[span]?.add(day)
  }
  await Promise.all([
    eachOfSpans(client, question, DIMENSIONS[split], (span, part) => {
      if (split !== 'street') report(span, part)
      const area = split === 'none' ? 0 : part[split]
      const { channel, outcome, events, count, avoidable } = part
      const key = (area * CHANNELS + channel) * OUTCOMES + outcome
      const sum = sums[span]?.get(key)
      if (sum === undefined) {
        sums[span]?.set(key, { span, channel, outcome, area, events, count, avoidable })
        return
      }
      sum.events += events
      sum.count += count
      sum.avoidable += avoidable
    }),
    split === 'street' && eachOfSpans(client, { serviceId, spans }, DIMENSIONS.none, report)
  ])
  const cells = sums.flatMap((ofSpan) =>
    [...ofSpan.values()].filter(({ events }) => events > 0).map(({ events, ...cell }) =>
      ({ ...cell, count: exact(cell.count), avoidable: exact(cell.avoidable) })
    )
  )
  return {
    cells: streets === undefined ? cells : ofLargestStreets(cells, streets),
    reportedDays: new Map(days.flatMap(({ size }, span) => size === 0 ? [] : [[span, size]]))
  }
}

/** Spans are read together up to so many days between them: sums are stored by the month at least. */
const NEAR = 31

/** Visits sums with each span that they lie in, those of streets with the spans that their month begins in. */
async function eachOfSpans (
  client: pg.Pool | pg.ClientBase,
  { serviceId, spans, streets }: Pick<SpanQuestion, 'serviceId' | 'spans' | 'streets'>,
  dimensions: readonly Dimension[],
  visit: (span: number, sum: Readonly<EventSum>) => void
): Promise<void> {
  const byMonth = dimensions.includes('street')
  const stretches = [...Map.groupBy(spans.map((span, n) => ({ ...span, n })), ({ type }) => type).values()]
    .flatMap(nearOnes)
  await Promise.all(stretches.map(async (some) => {
    const spansAt = new Map([...Map.groupBy(some, ({ authorityId }) => authorityId)].map(([id, own]) =>
      [id, remembered((day: number) => own.filter(({ from, to }) => day >= from && day < to))]
    ))
    const last = Math.max(...some.map(({ to }) => to)) - 1
    await eachSum(client, {
      authorityIds: [...spansAt.keys()],
      serviceId,
      type: some[0]?.type ?? 0,
      from: some[0]?.from ?? 0,
      before: byMonth ? addPeriods('month', periodStart('month', last), 1) : last + 1,
      dimensions,
      filters: streets?.wardIds === undefined ? {} : { ward: streets.wardIds }
    }, (sum) => {
      for (const { n } of spansAt.get(sum.authorityId)?.(sum.day) ?? []) visit(n, sum)
    })
  }))
}

// A year and the year before are read at once, last week and the same one years ago apart.
function nearOnes<One extends Span> (spans: readonly One[]): One[][] {
  const stretches: One[][] = []
  let end = -Infinity
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    if (span.from > end + NEAR) stretches.push([])
    stretches.at(-1)?.push(span)
    end = Math.max(end, span.to)
  }
  return stretches
}

function ofLargestStreets (
  cells: SpanCell[], { outcomes, most, among }: NonNullable<SpanQuestion['streets']>
): SpanCell[] {
  const counted = cells.filter(({ area, outcome, span }) =>
    area !== 0 && outcomes.includes(outcome) && among.includes(span)
  )
  const streets = [...Map.groupBy(counted, ({ area }) => area)]
  const top = most === null
    ? streets
    : largest(streets, most, ([, some]) => some.reduce((sum, { count }) => sum + count, 0), ([a], [b]) => a - b)
  const wanted = new Set(top.map(([area]) => area))
  return cells.filter(({ area }) => wanted.has(area))
}
