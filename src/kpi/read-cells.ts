import { existsIn } from '../catalogue/breaks.ts'
import { isUnknown, type Directory } from '../catalogue/directory.ts'
import { formatDay } from '../domain/calendar.ts'
import { OUTCOMES } from '../domain/event.ts'
import { intersect, joined, lengthOf } from '../domain/kpi/cover.ts'
import { isEventTerm, isMeasureTerm, termsOf, type KpiVersion } from '../domain/kpi/definition.ts'
import { evaluate, type Outcome, type Reason } from '../domain/kpi/evaluate.ts'
import { wholeRange, type Range } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import { atOneState, type Reader } from '../disclosure/reader.ts'
import { FigureBook, type Part } from '../observations/figures/figure-book.ts'
import { FIGURE_MARGIN } from '../disclosure/hidden-figures.ts'
import { readSpans } from './store/read-spans.ts'
import { readFigures } from '../observations/store/read.ts'
import { mayBeHidden, openKpiDisclosure } from './disclose.ts'
import {
  eventTermsOf, slotsOf, SpanPlan, type CountedDays, type KpiCell, type KpiQuestion, type Slot, type Stretch
} from './question.ts'
import { Tallier, type Tally } from './tally.ts'

const MOST_CELLS = 200_000

/**
 * Every cell of a question: each authority in each period, split or not, silent ones included. The figures are read
 * first, then the events of the days that they cover.
 */
export async function readKpiCells (reader: Reader, directory: Directory, question: KpiQuestion): Promise<KpiCell[]> {
  checkStreets(question)
  const hides = mayBeHidden(reader, directory, question)
  return await atOneState(reader, hides, async (reader) => await readCells(reader, directory, question, hides))
}

async function readCells (
  reader: Reader, directory: Directory, question: KpiQuestion, hides: boolean
): Promise<KpiCell[]> {
  const { service, split } = question
  const slots = slotsOf(question).filter(({ version, authority }) =>
    version !== undefined && directory.provision(authority, service).delivers !== 'no'
  )
  const [book, disclosure] = await Promise.all([
    readBook(reader, directory, question, slots, hides), openKpiDisclosure(reader, directory, question)
  ])
  const plan = new SpanPlan()
  for (const slot of slots) plan.add(directory, service, slot, countedDays(directory, book, slot, split))
  const { cells, reportedDays } = await readSpans(reader.client, {
    serviceId: service.id,
    spans: plan.spans,
    split: split === 'channel' ? 'none' : split,
    ...(split === 'street' && {
      streets: {
        wardIds: question.ward && [question.ward.id],
        outcomes: numeratorOutcomes(question),
        most: hides ? null : question.top,
        among: slots.filter(({ period }) => period >= (question.earlier ?? 0)).flatMap((slot) => plan.spansOf(slot))
      }
    })
  })
  const tallier = new Tallier({ directory, service, book, plan }, cells, reportedDays)
  const sources = { book, plan, byEvents: (stretch: Stretch) => tallier.byEvents(stretch) }
  const members = membersOf(
    directory,
    question,
    slots,
    (slot, terms, split) => [...tallier.members(slot, terms, split), ...disclosure.hiddenMembers(slot, sources)]
  )
  return slotsOf(question).flatMap((slot) =>
    partsOf(split, members.get(slot.authority.id) ?? [])
      .map(({ member, part }) =>
        disclosure.published(toCell(directory, question, { slot, part, member }, tallier), slot, part, sources)
      )
  )
}

async function readBook (
  { client }: Reader,
  directory: Directory,
  { versions, service, authorities, periods }: KpiQuestion,
  slots: Slot[],
  hides: boolean
): Promise<FigureBook> {
  const names =
    new Set(versions.flatMap(termsOf).flatMap((term) =>
      isEventTerm(term) ? Object.keys(term.counts ?? {}) : isMeasureTerm(term) ? [term.measure] : []
    ))
  const measures = [...names].flatMap((name) => {
    const measure = directory.kpis.measure(name)
    return isUnknown(measure) ? [] : [measure]
  })
  if (measures.length === 0 || slots.length === 0) return new FigureBook(directory, [])
  // Whether a figure may be published depends on those of the whole financial years that it touches.
  const margin = hides ? FIGURE_MARGIN : 0
  return new FigureBook(
    directory,
    await readFigures(client, {
      authorityIds: authorities.map(({ id }) => id),
      serviceId: service.id,
      measureIds: measures.map(({ id }) => id),
      from: (periods[0]?.start ?? 0) - margin,
      to: (periods.at(-1)?.end ?? 0) + margin
    })
  )
}

/**
 * The days on which events are counted: those that the figures of the definition cover, so that both sides of a rate
 * are about the same days; the whole period where it has no figures. By ward each has the days of its own figures.
 */
function countedDays (
  directory: Directory, book: FigureBook, { authority, range, version }: Slot, split: KpiQuestion['split']
): CountedDays {
  const measures = (version === undefined ? [] : termsOf(version).filter(isMeasureTerm)).flatMap((term) => {
    const measure = directory.kpis.measure(term.measure)
    return isUnknown(measure) ? [] : [measure]
  })
  const wards = split === 'ward'
    ? [...new Set(measures.flatMap((measure) => book.wardsOf(authority, measure)))].map((id) => ({
        kind: 'ward' as const,
        id
      }))
    : []
  const covered = (parts: readonly Part[]): Range[] =>
    measures.reduce(
      (days, measure) =>
        intersect(days, joined(parts.flatMap((part) => book.over(authority, measure, part, range).covered))),
      [range]
    )
  const days = covered(split === 'ward' ? wards : [{ kind: 'whole' }])
  // A ward that figures do not cover at all has no rate: what there was is told of the days of the others.
  const own = wards.map((ward) => [ward.id, covered([ward])] as const).filter(([, its]) =>
    its.length > 0 && lengthOf(its) < lengthOf(days)
  )
  return { days: days.length === 0 ? [range] : days, byWard: new Map(own) }
}

// The members of an authority, the same in every period, so that series are aligned; and where authorities are added
// up, the same channels in all: who reported others had none of a channel.
function membersOf (
  directory: Directory, question: KpiQuestion, slots: Slot[], membersIn: Tallier['members']
): Map<number, number[]> {
  const { split, periods, authorities, byAuthority, ward, earlier = 0 } = question
  const asked = wholeRange(periods.slice(earlier))
  if (split === 'none') return new Map()
  const members = new Map<number, Set<number>>(authorities.map(({ id }) => [id, new Set()]))
  for (const slot of slots) {
    const terms = slot.version === undefined ? [] : eventTermsOf(slot.version)
    for (const member of membersIn(slot, terms, split)) members.get(slot.authority.id)?.add(member)
  }
  if (split === 'ward') {
    for (const authority of authorities) {
      for (const area of directory.areasOf(authority)) {
        if (existsIn(directory, area.id, asked)) members.get(authority.id)?.add(area.id)
      }
    }
  }
  if (split === 'channel' && byAuthority === false) {
    const all = new Set([...members.values()].flatMap((own) => [...own]))
    for (const id of members.keys()) members.set(id, all)
  }
  const wanted = (id: number): boolean =>
    split !== 'ward' || ((ward === undefined || id === ward.id) && (earlier === 0 || existsIn(directory, id, asked)))
  const cells = periods.length * [...members.values()].reduce((sum, { size }) => sum + size, 0)
  if (cells > MOST_CELLS) {
    throw new ProblemError(
      'invalid-request',
      `That is ${cells} values; name a ward, fewer authorities or fewer periods.`
    )
  }
  return new Map([...members].map(([id, set]) => [id, [...set].filter(wanted).sort((a, b) => a - b)]))
}

function partsOf (split: KpiQuestion['split'], members: number[]): Array<{ member: number | null, part: Part }> {
  return split === 'none'
    ? [{ member: null, part: { kind: 'whole' } }]
    : members.map((id) => ({ member: id, part: { kind: split, id } }))
}

function toCell (
  directory: Directory,
  question: KpiQuestion,
  { slot, part, member }: { slot: Slot, part: Part, member: number | null },
  tallier: Tallier
): KpiCell {
  const { authority, period, range, version } = slot
  const place = { authorityId: authority.id, period, member, version: version ?? null }
  const { delivers } = directory.provision(authority, question.service)
  const without = (status: 'missing' | 'not-delivered', reason: Reason): KpiCell => ({
    ...place, numerator: null, denominator: null, value: null, status, reason, coverage: null, notes: []
  })
  if (delivers === 'no') return without('not-delivered', 'not-delivered')
  if (version === undefined) return without('missing', 'no-definition')
  if (range.start > question.today) return without('missing', 'not-yet')
  if (part.kind === 'ward' && !existsIn(directory, part.id, range)) return without('missing', 'area-not-valid')
  const numerator = tallier.side(slot, version.numerator, part)
  const denominator = version.denominator === null ? null : tallier.side(slot, version.denominator, part)
  const sides = denominator === null ? [numerator] : [numerator, denominator]
  const outcome = settle(version, question, range, numerator, denominator)
  const coverage = coverageOf(version, sides)
  return {
    ...place,
    ...(outcome.reason === 'nothing-reported' && delivers === 'via-other-body'
      ? { ...outcome, reason: 'reported-by-provider' as const }
      : outcome),
    numerator: numerator.value,
    denominator: denominator?.value ?? null,
    coverage,
    notes: [...new Set(sides.flatMap(({ used }) => used.map(({ note }) => note)))].filter((note) => note !== '')
  }
}

function settle (
  version: KpiVersion, { today }: KpiQuestion, range: Range, numerator: Tally, denominator: Tally | null
): Outcome {
  const sides = denominator === null ? [numerator] : [numerator, denominator]
  const used = sides.flatMap((side) => side.used)
  return evaluate(version, {
    numerator: numerator.value,
    denominator: denominator?.value ?? null,
    figureCoverage: Math.min(...sides.map(({ covered, days }) => covered / days)),
    running: range.end > today,
    provisional: used.some(({ provisional }) => provisional),
    revised: used.some(({ revised }) => revised)
  })
}

// Figures cover days; events only tell on which days there was one. Where figures play a part, theirs is the coverage.
function coverageOf (version: KpiVersion, sides: Tally[]): number {
  const byFigures = termsOf(version).some(isMeasureTerm) || sides.some(({ used }) => used.length > 0)
  return Math.min(...sides.map(({ covered, reported, days }) => (byFigures ? covered : reported) / days))
}

const numeratorOutcomes = (
  { versions }: KpiQuestion
): number[] => [
  ...new Set(versions.flatMap(({ numerator }) => numerator).filter(isEventTerm)
    .flatMap(({ outcomes }) => Object.keys(outcomes).map((name) => OUTCOMES[name as keyof typeof OUTCOMES])))
]

function checkStreets ({ split, periods, versions }: KpiQuestion): void {
  if (split !== 'street') return
  if (periods.some(({ start, end }) => !formatDay(start).endsWith('-01') || !formatDay(end).endsWith('-01'))) {
    throw new ProblemError('invalid-request', 'Streets are kept by month: ask for months or longer periods.')
  }
  if (versions.flatMap(eventTermsOf).some(({ classes }) => classes !== undefined)) {
    throw new ProblemError(
      'invalid-request',
      'Streets are kept without channel, so a KPI that tells channels apart cannot be split by street.'
    )
  }
}
