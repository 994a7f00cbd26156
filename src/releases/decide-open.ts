import type { DateRange } from '../domain/period.ts'
import { candidatesOf } from './dates.ts'
import { decideStreets, decideWards, type Decided } from './decide-year.ts'
import type { Deciding, YearDecided } from './deciding.ts'
import { Draw } from './draw.ts'
import { TOTAL } from './figures.ts'
import { freezeStreets, freezeWards } from './freeze.ts'
import { nothingReleased, NOTHING_COUNTED, WHOLE_WARD, type YearShape } from './released-year.ts'
import { readCounted, readCounts, type ReleasedCount } from './store/releases.ts'

/** Decides about the open dates of a financial year; undefined where there are none. */
export async function decideYear (
  deciding: Deciding, begun: number, year: DateRange, known: YearShape | undefined
): Promise<YearDecided | undefined> {
  const { client, directory, key, secret, today, audit } = deciding
  const ruleOf = (level: 'ward' | 'street') => directory.disclosureRule(key.authorityId, key.serviceId, level)
  const shape = known ?? nothingReleased(year.start)
  const dueWards = candidatesOf(year, ruleOf('ward'), shape.dates, today, begun)
  const dueStreets = candidatesOf(year, ruleOf('street'), shape.streetDates, today, begun)
  if (dueWards.open.length === 0 && dueStreets.open.length === 0) return undefined
  const draw = new Draw(secret, `${key.authorityId} ${key.serviceId} ${key.type} ${year.start}`)
  const published = known === undefined ? [] : await readCounts(client, key, year.start)
  const counted = await readCounted(client, key, year.start) ?? NOTHING_COUNTED
  const common = { directory, key, published, audit }
  const decided: Decided[] = []
  const next = { shape: { ...shape }, counted: { ...counted } }
  const frozen = await freezeWards(deciding, begun, { year, rule: ruleOf('ward'), shape, counted })
  if (frozen !== undefined) {
    const { candidates } = frozen
    const known = new Set(shape.wards.map(([ward]) => ward))
    const wards = await decideWards({
      ...common,
      ...frozen,
      isListed: (ward) => (ward === 0 && known.size > 0) || known.has(ward),
      rule: ruleOf('ward'),
      draw: draw.of('wards')
    })
    decided.push(wards)
    const figures = [...new Map([...shape.figures, ...wards.figures])]
    Object.assign(next.shape, frozen.shape, { dates: candidates.dates, figures })
    Object.assign(next.counted, frozen.counted)
  }
  // Streets follow their wards: no month of theirs is decided before that of all wards.
  const last = next.shape.dates.at(-1) ?? year.start
  const streets = candidatesOf(year, ruleOf('street'), shape.streetDates, today, begun, (day) => day <= last)
  if (streets.open.length > 0) {
    const isTotal = ({ street, figure }: ReleasedCount): boolean => street === WHOLE_WARD && figure === TOTAL
    const totals = new Set([...published, ...decided.flatMap(({ counts }) => counts)].filter(isTotal)
      .map(({ ward, day }) => `${ward} ${day}`))
    const wardIds = [0, ...next.shape.wards.map(([ward]) => ward)]
    const ofStreets = await freezeStreets(deciding, { candidates: streets, counted, wardIds })
    for (const [wardId, counts] of ofStreets.byWard) {
      decided.push(await decideStreets({
        ...common,
        counts,
        isListed: (street) => shape.streets.some(([of, streets]) => of === wardId && streets.includes(street)),
        exists: () => true,
        rule: ruleOf('street'),
        candidates: streets,
        draw: draw.of(`streets ${wardId}`)
      }, wardId, (day) => day === year.start || totals.has(`${wardId} ${day}`)))
    }
    next.shape.streetDates = streets.dates
    next.shape.streets = [...ofStreets.byWard].map(([wardId, { units }]) => [wardId, [...units]])
    next.counted.streets = ofStreets.streets
  }
  if (decided.length === 0) return undefined
  return { year: { yearOn: year.start, ...next }, counts: decided.flatMap(({ counts }) => counts), decided }
}
