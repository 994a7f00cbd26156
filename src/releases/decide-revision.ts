import { isSmall } from '../domain/disclosure/rule.ts'
import { mapInSlices, Slices } from '../domain/slices.ts'
import { totalsModel } from './decide-totals.ts'
import { isWideWithin } from './dominance.ts'
import type { Draw } from './draw.ts'
import { TOTAL } from './figures.ts'
import { Publication } from './publication.ts'
import type { Audit } from './until-wide.ts'
import { YearCounts, type GroupCount, type UnitCount } from './year-counts.ts'

/** A figure of a unit as it is published: between which dates (indices, ascending) its counts are public. */
export interface PublishedFigure { figure: number, groups: readonly number[], dates: readonly number[] }

export interface RevisionInput {
  /** The counts as they were released, and as they are now: by the same dates, units and groups. */
  before: YearCounts
  now: YearCounts
  published: (unit: number) => readonly PublishedFigure[]
  threshold: number
  exists: (unit: number, gap: number) => boolean
  draw: Draw
  audit: Audit
}

/** The units whose released counts are replaced. All others keep theirs, whether they changed or not. */
export interface DecidedRevision {
  units: Set<number>
  /** How many units changed. */
  changed: number
  audited: number
  narrowest: number | null
  seconds: number
}

/**
 * Decides whose released counts are replaced by those of now. Somebody who kept the old figures sees the differences,
 * so these pass the rule as figures do: what came and what went, each for itself, is 0 or large enough between any two
 * published dates of a unit. And since the authority's own figures show how much came and went in all, the audit looks
 * at how far that narrows the changes of the units that keep their figures.
 */
export async function decideRevision (input: RevisionInput): Promise<DecidedRevision> {
  const { before, now, threshold, exists, draw, audit } = input
  const slices = new Slices()
  const added = await difference(now, before, slices)
  const gone = await difference(before, now, slices)
  const changed = now.units.filter((unit) => [added, gone].some((one) => one.sum(unit, one.all, 0, one.gaps) > 0))
  const replaceable = await mapInSlices(changed, (unit) => mayReplace(input, added, gone, unit), slices)
  const units = new Set(changed.filter((_, i) => replaceable[i]))
  const last = now.gaps
  let [audited, narrowest, seconds]: [number, number | null, number] = [0, null, 0]
  for (let taken = true; taken;) {
    taken = false
    for (const counts of [added, gone]) {
      const publication = new Publication()
      for (const unit of counts.units) {
        for (let date = 0; date <= (units.has(unit) ? last : 0); date++) publication.add(unit, TOTAL, date, 'new')
      }
      const model = await totalsModel({
        counts,
        publication,
        threshold,
        order: [],
        dates: [last],
        isListed: () => true,
        exists,
        draw,
        audit
      })
      if (model.targets.length === 0) continue
      const found = await audit(model)
      seconds += found.seconds
      audited = Math.max(audited, model.targets.length)
      narrowest = found.narrowest ?? narrowest
      const rests = found.narrow.flatMap(({ restsOn }) => restsOn.flatMap((i) => model.rests[i] ?? []))
      const drawn = draw.one([...new Set(rests.map(({ unit }) => unit))].filter((unit) => units.has(unit)), String)
      if (drawn === undefined) continue
      units.delete(drawn)
      taken = true
    }
  }
  return { units, changed: changed.length, audited, narrowest, seconds }
}

function mayReplace (
  { now, published, threshold }: RevisionInput, added: YearCounts, gone: YearCounts, unit: number
): boolean {
  return published(unit).every(({ groups, dates }) => dates.slice(1).every((to, i) => {
    const from = dates[i] ?? 0
    return [now, added, gone].every((counts) => {
      const count = counts.sum(unit, groups, from, to)
      return count === 0 || (!isSmall(count, threshold) && isWideWithin(counts, unit, groups, from, to, threshold))
    })
  }))
}

/** What `more` has beyond `less`, of each unit, gap and group; a gap counts as its first day. */
async function difference (more: YearCounts, less: YearCounts, slices: Slices): Promise<YearCounts> {
  const counts: UnitCount[] = []
  const byDay: GroupCount[] = []
  for (const unit of more.units) {
    for (let gap = 0; gap < more.gaps; gap++) {
      if (slices.over) await slices.pause()
      for (const index of more.all) {
        const count = more.sum(unit, [index], gap, gap + 1) - less.sum(unit, [index], gap, gap + 1)
        const group = more.groups[index]
        if (count <= 0 || group === undefined) continue
        const one = { unit, day: more.dates[gap] ?? 0, count, ...group }
        counts.push(one)
        byDay.push(one)
      }
    }
  }
  return new YearCounts(more.dates, more.units, counts, byDay, more.groups)
}
