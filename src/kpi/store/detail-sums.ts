import type pg from 'pg'
import { EVENT_TYPES, OUTCOMES } from '../../domain/event.ts'
import { exact } from '../../domain/exact.ts'
import { attributeOf, needsBands, partOf, tells, type EventTerm } from '../../domain/kpi/event-term.ts'
import { eachDetail, type DetailDimension, type DetailQuestion, type DetailSum } from '../../rollups/index.ts'
import type { EventSumsQuestion, RangeSum } from './event-sums.ts'
import { rangesTogether } from './ranges-together.ts'

export interface DetailSumsQuestion extends Pick<EventSumsQuestion, 'serviceId' | 'eventRanges' | 'split'> {
  /** Those that ask for details; others are read by `readEventSums`. */
  terms: readonly EventTerm[]
  wardIds?: readonly number[] | undefined
  /** Whose details need not be read. */
  hides: (authorityId: number, term: EventTerm) => boolean
}

/**
 * By term what it adds up over ranges of days, before weights, in `count`: events or pence. `seenOn`: the days on which
 * an authority told what a term needs, whatever it said.
 */
export interface DetailSums {
  sums: ReadonlyMap<EventTerm, RangeSum[]>
  seenOn: ReadonlyMap<EventTerm, ReadonlyMap<number, ReadonlySet<number>>>
}

type Client = pg.Pool | pg.ClientBase

/** More than there are. */
const [OUTCOME_CODES, CHANNELS] = [32, 32_768]

/** The codes of the outcomes that a term counts. */
export const outcomesOf = ({ outcomes }: EventTerm): number[] =>
  Object.entries(outcomes).flatMap(([name, weight]) => weight === 0 ? [] : OUTCOMES[name as keyof typeof OUTCOMES])

/** Terms that one question to the rollups answers, by type and attribute. */
export const answeredTogether = (terms: readonly EventTerm[]): EventTerm[][] =>
  [...Map.groupBy(terms, (term) => `${term.events} ${attributeOf(term)}`).values()]

/** What the terms of definitions that ask for details add up over ranges of days. */
export async function readDetailSums (client: Client, question: DetailSumsQuestion): Promise<DetailSums> {
  const { serviceId, eventRanges, split, terms, wardIds, hides } = question
  const byMonth = split !== 'none'
  const tallies = new Map(terms.map((term) => [term, new TermSums(term, split)]))
  await Promise.all(answeredTogether(terms).flatMap((some) => {
    const [first] = some
    if (first === undefined) return []
    const type = EVENT_TYPES[first.events]
    const own = some.flatMap((term) => tallies.get(term) ?? [])
    const numbered = eventRanges.map((range, n) => ({ range, n })).filter(({ range }) =>
      range.type === type && some.some((term) => !hides(range.authorityId, term))
    )
    return rangesTogether(numbered.map(({ range }) => range), { byMonth }).map(async ({ rangesAt, ...asked }) => {
      await eachDetail(client, {
        ...asked,
        serviceId,
        attribute: attributeOf(first),
        dimensions: dimensionsFor(split, some),
        filters: wardIds === undefined ? {} : { ward: wardIds }
      }, (sum) => {
        const ranges = rangesAt(sum.authorityId, sum.day).flatMap((n) => numbered[n]?.n ?? [])
        for (const tally of own) tally.add(ranges, sum)
      })
    })
  }))
  return {
    sums: new Map([...tallies].map(([term, tally]) => [term, tally.found()])),
    seenOn: new Map([...tallies].map(([term, { seenOn }]) => [term, seenOn]))
  }
}

function dimensionsFor (split: DetailSumsQuestion['split'], terms: readonly EventTerm[]): DetailDimension[] {
  if (split === 'ward') return ['outcome', 'ward']
  if (split === 'street') return ['outcome', 'ward', 'street']
  return terms.some(needsBands) ? ['outcome', 'channel', 'band'] : ['outcome', 'channel']
}

/** Adds up what one term has a part in. */
class TermSums {
  /** Days by authority. */
  readonly seenOn = new Map<number, Set<number>>()
  readonly #term: EventTerm
  readonly #split: DetailSumsQuestion['split']
  readonly #outcomes: ReadonlySet<number>
  readonly #byBand: boolean
  readonly #sums = new Map<string, RangeSum>()

  constructor (term: EventTerm, split: DetailSumsQuestion['split']) {
    this.#term = term
    this.#split = split
    this.#outcomes = new Set(outcomesOf(term))
    this.#byBand = needsBands(term)
  }

  add (eventRanges: readonly number[], sum: Readonly<DetailSum>): void {
    const { authorityId, day, outcome, events } = sum
    if (!this.#outcomes.has(outcome)) return
    if (events > 0 && tells(this.#term, sum)) {
      const days = this.seenOn.get(authorityId)
      if (days === undefined) this.seenOn.set(authorityId, new Set([day]))
      else days.add(day)
    }
    const part = partOf(this.#term, sum, this.#byBand)
    if (part === 0) return
    const channel = this.#split === 'none' ? sum.channel : 0
    const area = this.#split === 'none' ? 0 : sum[this.#split]
    for (const eventRange of eventRanges) {
      const key = `${eventRange} ${(area * CHANNELS + channel) * OUTCOME_CODES + outcome}`
      const found = this.#sums.get(key)
      if (found === undefined) {
        this.#sums.set(key, { eventRange, channel, outcome, area, count: part, avoidable: 0 })
      } else found.count += part
    }
  }

  found (): RangeSum[] {
    return [...this.#sums.values()].map((sum) => ({ ...sum, count: exact(sum.count) }))
  }
}

/**
 * Which of some authorities ever told what a term needs, by term: an event that has the attribute, a duration or an
 * amount, and one of the outcomes. `leftOut`: days of an authority that are not looked at.
 */
export async function readEverTold (
  client: Client,
  question: Omit<DetailQuestion, 'attribute' | 'dimensions'>,
  terms: readonly EventTerm[],
  isLeftOut: (authorityId: number, day: number) => boolean
): Promise<Map<EventTerm, Set<number>>> {
  const told = new Map(terms.map((term) => [term, new Set<number>()]))
  const wanted = terms.map((term) => ({ term, outcomes: new Set(outcomesOf(term)) }))
  const [first] = terms
  if (first === undefined) return told
  await eachDetail(client, { ...question, attribute: attributeOf(first), dimensions: ['outcome'] }, (sum) => {
    const { authorityId, day, outcome, events } = sum
    if (events <= 0 || isLeftOut(authorityId, day)) return
    for (const { term, outcomes } of wanted) {
      if (outcomes.has(outcome) && tells(term, sum)) told.get(term)?.add(authorityId)
    }
  })
  return told
}
