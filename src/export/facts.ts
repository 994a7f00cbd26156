import { isUnknown, type Directory } from '../catalogue/directory.ts'
import { EVENT_TYPES, type EventType } from '../domain/event.ts'
import { periodsIn, wholeRange, type DateRange, type Period } from '../domain/period.ts'
import { readSentDetails } from '../rollups/index.ts'
import type { Statistic } from '../series/measure.ts'
import { askFacts, askFactsOfKpi, KPI, type Fact, type FactQuestion, type Subject } from './ask.ts'
import { allDays, seesWhole, union, type Extents, type Place } from './place.ts'

/** How amounts and durations are exported: each statistic as /v1/series answers it. */
const DETAILS: ReadonlyArray<{ measure: string, statistic: Statistic }> = [
  { measure: 'amount', statistic: 'sum' },
  { measure: 'amount', statistic: 'mean' },
  { measure: 'duration', statistic: 'median' },
  { measure: 'duration', statistic: 'mean' },
  { measure: 'duration', statistic: 'p90' }
]
/** Values of one question, and periods at most in any export; periods of a KPI. */
const [MOST_VALUES, MOST_PERIODS, MOST_PERIODS_OF_KPI] = [100_000, 100_000, 1500]
/** Members of a dimension beside the wards and the words of attributes. */
const OTHER_MEMBERS = 50

/**
 * Every fact of a place that /v1/series and the series of KPIs answer, some at a time: from the first period that has a
 * value or is suppressed to the last. What is before and after says nothing, and may not even say that it is there: it
 * depends on published values alone. May give empty lists between questions.
 */
export async function * factsOf (question: FactQuestion, place: Place, extents: Extents): AsyncGenerator<Fact[]> {
  const { directory } = question
  const { types, measures } = extents
  for (const [type, days] of types) {
    const details = await detailsOf(question, place, type)
    const attributes = [...details].filter((name) => name !== '').sort().map((name) => `attribute:${name}`)
    const dimensions = ['channel', 'outcome', 'ward', ...attributes]
    yield * factsAbout(question, place, { subject: { type, measure: 'count' }, days, dimensions })
    if (!details.has('')) continue
    for (const one of DETAILS) {
      yield * factsAbout(question, place, { subject: { type, ...one }, days, dimensions: ['channel', 'outcome'] })
    }
  }
  for (const [slug, days] of measures) {
    const measure = directory.kpis.measure(slug)
    if (isUnknown(measure)) continue
    const dimensions = measure.by_channel ? ['channel', 'ward'] : ['ward']
    yield * factsAbout(question, place, { subject: { measure: slug }, days, dimensions })
  }
  const days = allDays(extents)
  if (days.length === 0) return
  for (const kpi of directory.kpis.kpis.keys()) yield * factsOfKpi(question, place, kpi, union(days))
}

/**
 * The declared attributes that events of a place carry; '' among them: some have an amount or a duration. None where
 * not all of the place is seen: that anything is sent would tell of days that are not published, and of what is
 * suppressed.
 */
async function detailsOf (
  { session, directory }: FactQuestion, place: Place, type: EventType
): Promise<ReadonlySet<string>> {
  const { authority, service } = place
  if (!seesWhole(session.viewer, directory, place)) return new Set()
  const sent = await readSentDetails(session.pool.within({ authorityIds: [authority.id] }), {
    authorityId: authority.id, serviceId: service.id, type: EVENT_TYPES[type]
  })
  const declared = directory.attributes.of(service.id)
  const isShown = (name: string): boolean =>
    declared.get(name)?.published === true || (declared.has(name) && session.viewer.seesAll(authority.id))
  return new Set([...sent].filter((name) => name === '' || isShown(name)))
}

/** Whether a fact is one, or says that there is one which is too small to publish. */
const tells = ({ value, status }: Fact): boolean => value !== null || status === 'suppressed'

async function * factsAbout (
  question: FactQuestion,
  place: Place,
  { subject, days, dimensions }: { subject: Subject, days: DateRange, dimensions: readonly string[] }
): AsyncGenerator<Fact[]> {
  const { directory, period, measures } = question
  if (measures?.has(subject.measure) === false) return
  const whole: Fact[] = []
  for (const block of blocksOf(period, days, 1)) whole.push(...(await askFacts(question, place, subject, block)).flat())
  const told = fromFirstToLast(whole)
  yield told
  if (told.length === 0) return
  const range = wholeRange(told.map((fact) => fact.range))
  for (const dimension of dimensions) {
    for (const block of blocksOf(period, range, membersOf(directory, place, dimension))) {
      const groups = await askFacts(question, place, subject, block, dimension)
      for (const facts of groups) yield facts.some(tells) ? facts : []
    }
  }
}

function fromFirstToLast (facts: Fact[]): Fact[] {
  const first = facts.findIndex(tells)
  return first === -1 ? [] : facts.slice(first, facts.findLastIndex(tells) + 1)
}

/** How many groups a question may have at most. */
function membersOf (directory: Directory, { authority, service }: Place, dimension: string): number {
  if (dimension === 'ward') return OTHER_MEMBERS + directory.areasOf(authority).length
  const attribute = directory.attributes.of(service.id).get(dimension.replace('attribute:', ''))
  if (attribute === undefined) return OTHER_MEMBERS
  const { words, ended, minimum, maximum } = attribute
  return OTHER_MEMBERS + words.length + ended.length + (maximum ?? 0) - (minimum ?? 0)
}

/** Whole periods that have days in a range, as many together as one question may ask for. */
function blocksOf (period: Period, range: DateRange, members: number): DateRange[] {
  const periods = periodsIn(period, range, MOST_PERIODS)
  const most = Math.max(1, Math.min(4000, Math.floor(MOST_VALUES / members)))
  return Array.from({ length: Math.ceil(periods.length / most) }, (_, n) =>
    wholeRange(periods.slice(n * most, (n + 1) * most)))
}

/** The values of a KPI of a place. */
async function * factsOfKpi (
  question: FactQuestion, place: Place, kpi: string, days: DateRange
): AsyncGenerator<Fact[]> {
  if (question.measures?.has(KPI + kpi) === false) return
  const facts: Fact[] = []
  for (const block of blocksOf(question.period, days, MOST_VALUES / MOST_PERIODS_OF_KPI)) {
    facts.push(...await askFactsOfKpi(question, place, kpi, block))
  }
  yield fromFirstToLast(facts)
}
