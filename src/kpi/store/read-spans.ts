import type pg from 'pg'
import { largest } from '../../domain/largest.ts'
import { addPeriods, periodStart } from '../../domain/period.ts'
import { remembered } from '../../domain/remembered.ts'
import { CHANNEL_DAYS, STREET_MONTHS, WARD_DAYS, type Rollup } from '../../rollups/definitions.ts'
import { dayKey } from '../../rollups/packed.ts'
import { eachCell, type RollupCell, type RollupQuery } from '../../rollups/read-packed.ts'

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

const ROLLUP_OF = { none: CHANNEL_DAYS, ward: WARD_DAYS, street: STREET_MONTHS }

/** Sums of events over spans. */
export async function readSpans (client: pg.Pool | pg.ClientBase, question: SpanQuestion): Promise<SpanSums> {
  const { serviceId, spans, split, streets } = question
  const sums = spans.map(() => new Map<number, SpanCell & { events: number }>())
  const days = spans.map(() => new Set<number>())
  const report = (span: number, { day, events }: RollupCell): void => {
    if (events > 0) days[span]?.add(day)
  }
  await Promise.all([
    eachOfSpans(client, ROLLUP_OF[split], { serviceId, spans, wardIds: streets?.wardIds }, (span, cell) => {
      if (split !== 'street') report(span, cell)
      const area = split === 'ward' ? cell.wardId : cell.street
      const key = area * 2 ** 20 + dayKey(0, cell.channelId, cell.outcome)
      const sum = sums[span]?.get(key)
      if (sum === undefined) {
        sums[span]?.set(key, {
          span,
          channel: cell.channelId,
          outcome: cell.outcome,
          area,
          events: cell.events,
          count: cell.count,
          avoidable: cell.avoidable
        })
        return
      }
      sum.events += cell.events
      sum.count += cell.count
      sum.avoidable += cell.avoidable
    }),
    split === 'street' && eachOfSpans(client, CHANNEL_DAYS, { serviceId, spans }, report)
  ])
  const cells = sums.flatMap((ofSpan) =>
    [...ofSpan.values()].filter(({ events }) => events > 0).map(({ events, ...cell }) => cell)
  )
  return {
    cells: streets === undefined ? cells : ofLargestStreets(cells, streets),
    reportedDays: new Map(days.flatMap(({ size }, span) => size === 0 ? [] : [[span, size]]))
  }
}

/** Rows are of a month at least: as many days between two spans cost next to nothing. */
const NEAR = 31

/**
 * Visits the cells of a rollup with each span that they lie in, of streets with the spans that their month begins in.
 */
async function eachOfSpans (
  client: pg.Pool | pg.ClientBase,
  rollup: Rollup,
  { serviceId, spans, wardIds }: Pick<SpanQuestion, 'serviceId' | 'spans'> & Pick<RollupQuery, 'wardIds'>,
  visit: (span: number, cell: Readonly<RollupCell>) => void
): Promise<void> {
  const byMonth = rollup.unit === 'month'
  const dayOf = remembered((day: number) => byMonth ? periodStart('month', day) : day)
  const stretches = [...Map.groupBy(spans.map((span, n) => ({ ...span, n })), ({ type }) => type).values()]
    .flatMap(nearOnes)
  await Promise.all(stretches.map(async (some) => {
    const spansAt =
      new Map([...Map.groupBy(some, ({ authorityId }) => authorityId)].map((
        [id, own]
      ) => [id, remembered((day: number) => own.filter(({ from, to }) => day >= from && day < to))]))
    const last = Math.max(...some.map(({ to }) => to)) - 1
    await eachCell(client, rollup, {
      authorityIds: [...spansAt.keys()],
      serviceId,
      type: some[0]?.type ?? 0,
      from: some[0]?.from ?? 0,
      before: byMonth ? addPeriods('month', periodStart('month', last), 1) : last + 1,
      wardIds
    }, (cell) => {
      for (const { n } of spansAt.get(cell.authorityId)?.(dayOf(cell.day)) ?? []) visit(n, cell)
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
