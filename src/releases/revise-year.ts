import type { DateRange } from '../domain/period.ts'
import { decideRevision, type DecidedRevision, type PublishedFigure, type RevisionInput } from './decide-revision.ts'
import { classesOf, shapeOf } from './decide-year.ts'
import type { Deciding, YearDecided } from './deciding.ts'
import { Draw } from './draw.ts'
import { breakdownFigures, TOTAL, type Figure } from './figures.ts'
import { countedWards, countsOf, existsFrom, streetCounts, wardsOf } from './freeze.ts'
import { WHOLE_WARD, type CountedYear, type YearShape } from './released-year.ts'
import { readLive } from './live.ts'
import { readStreetMonths } from './store/live-counts.ts'
import { readCounted, readCounts, type ReleasedCount } from './store/releases.ts'
import { YearCounts, type Group } from './year-counts.ts'

/** Replaces what was released of a year where the changes since may be shown; undefined where nothing changed. */
export async function reviseYear (
  deciding: Deciding, year: DateRange, shape: YearShape
): Promise<YearDecided | undefined> {
  const { client, directory, key, secret } = deciding
  const counted = await readCounted(client, key, year.start)
  if (counted === undefined) return undefined
  const published = await readCounts(client, key, year.start)
  const subject = `${key.authorityId} ${key.serviceId} ${key.type} ${year.start} revision ${deciding.today}`
  const draw = new Draw(secret, subject)
  const wards = await reviseWards(deciding, year, { shape, counted, published, draw })
  const streets = shape.streetDates.length < 2
    ? undefined
    : await reviseStreets(deciding, { shape, counted, published, draw })
  const revisions = [...wards?.revisions ?? [], ...streets?.revisions ?? []]
  if (revisions.every(({ changed }) => changed === 0)) return undefined
  return {
    year: {
      yearOn: year.start,
      shape: { ...shape, ...wards?.shape, ...streets?.shape, wards: wardsOf(directory, key.authorityId, year) },
      counted: { ...counted, ...wards?.counted, ...streets?.counted }
    },
    counts: [...wards?.counts ?? [], ...streets?.counts ?? []],
    decided: revisions.map(({ changed, units, audited, narrowest, seconds }) => ({
      cells: changed, suppressed: changed - units.size, audits: [{ audited, narrowest, seconds }]
    }))
  }
}

interface Known { shape: YearShape, counted: CountedYear, published: readonly ReleasedCount[], draw: Draw }
interface Revised {
  revisions: DecidedRevision[], shape: Partial<YearShape>, counted: Partial<CountedYear>, counts: ReleasedCount[]
}

async function reviseWards (
  deciding: Deciding, year: DateRange, { shape, counted, published, draw }: Known
): Promise<Revised | undefined> {
  const { directory, key, audit } = deciding
  const { dates } = shape
  const last = dates.at(-1) ?? year.start
  if (dates.length < 2) return undefined
  const live = await readLive(deciding, { start: year.start, end: last }, dates)
  const units = [...new Set([0, ...shape.wards.map(([ward]) => ward), ...counted.wards.map(([ward]) => ward),
    ...live.counts.map(({ ward }) => ward)])].sort((a, b) => a - b)
  const groups = shape.groups.map(([outcome, channel, avoidable]): Group => ({ outcome, channel, avoidable }))
  const now = new YearCounts(dates, units, live.counts.map((one) => ({ ...one, unit: one.ward })), live.counts, groups)
  const before = countsOf(dates, units, counted, now.groups)
  const rule = directory.disclosureRule(key.authorityId, key.serviceId, 'ward')
  const figures = figuresByQuarter(deciding, now, shape)
  const publishedOf = placesOf(shape.dates, published.filter(({ street }) => street === WHOLE_WARD), figures, now)
  const revision = await decideRevision({
    before,
    now,
    published: publishedOf,
    threshold: rule.threshold ?? 1,
    exists: existsFrom(shape.wards, before),
    draw: draw.of('wards'),
    audit
  })
  const mixed = mix(before, now, revision.units)
  return {
    revisions: [revision],
    shape: {
      groups: now.groups.map(({ outcome, channel, avoidable }) => [outcome, channel, avoidable]),
      figures: figures.map(({ quarter, all }) => [quarter, shapeOf(all)]),
      reported: [...new Set([...shape.reported, ...live.reported])].filter((day) => day < last).sort((a, b) => a - b)
    },
    counted: countedWards(mixed),
    counts: [...revision.units].flatMap((unit) => publishedOf(unit).flatMap(({ figure, groups, dates: own }) =>
      own.slice(1).map((date): ReleasedCount => ({
        ward: unit,
        street: WHOLE_WARD,
        figure,
        day: dates[date] ?? 0,
        count: now.sum(unit, groups, own[0] ?? 0, date)
      }))
    ))
  }
}

async function reviseStreets (deciding: Deciding, { shape, counted, published, draw }: Known): Promise<Revised> {
  const { client, directory, key, audit } = deciding
  const dates = shape.streetDates
  const range = { start: dates[0] ?? 0, end: dates.at(-1) ?? 0 }
  const live = (await readStreetMonths(client, key, range)).map(({ ward, street, day, count }) =>
    [ward, street, day, count] as [number, number, number, number])
  const rule = directory.disclosureRule(key.authorityId, key.serviceId, 'street')
  const revised: Revised = { revisions: [], shape: { streets: [] }, counted: { streets: [] }, counts: [] }
  for (const ward of [...new Set([...counted.streets, ...live].map(([of]) => of))].sort((a, b) => a - b)) {
    const [old, current] = [counted.streets, live].map((some) => some.filter(([of]) => of === ward))
    const streets = [...old ?? [], ...current ?? []].map(([, street]) => street)
    const units = [...new Set([0, ...streets])].sort((a, b) => a - b)
    const [before, now] = [streetCounts(dates, units, old ?? []), streetCounts(dates, units, current ?? [])]
    const own = published.filter(({ ward: of, street }) => of === ward && street !== WHOLE_WARD)
      .map((one) => ({ ...one, ward: one.street }))
    const publishedOf = placesOf(dates, own, [], now)
    const revision = await decideRevision({
      before,
      now,
      published: publishedOf,
      threshold: rule.threshold ?? 1,
      exists: () => true,
      draw: draw.of(`streets ${ward}`),
      audit
    })
    revised.revisions.push(revision)
    revised.shape.streets?.push([ward, units])
    const mixed = mix(before, now, revision.units)
    for (const unit of units) {
      for (let gap = 0; gap < mixed.gaps; gap++) {
        const count = mixed.sum(unit, mixed.all, gap, gap + 1)
        if (count > 0) revised.counted.streets?.push([ward, unit, dates[gap] ?? 0, count])
      }
    }
    for (const street of revision.units) {
      for (const date of publishedOf(street).flatMap((one) => one.dates.slice(1))) {
        revised.counts.push({
          ward, street, figure: TOTAL, day: dates[date] ?? 0, count: now.sum(street, now.all, 0, date)
        })
      }
    }
  }
  return revised
}

interface QuarterFigures { quarter: number, all: Figure[] }

function figuresByQuarter (deciding: Deciding, now: YearCounts, shape: YearShape): QuarterFigures[] {
  return shape.figures.map(([quarter]) => ({
    quarter, all: breakdownFigures(now, classesOf(deciding.directory, deciding.key, quarter))
  }))
}

/** At which dates the figures of a unit are public; the first of each is where it is cumulated from. */
function placesOf (
  dates: readonly number[], published: readonly ReleasedCount[], quarters: readonly QuarterFigures[], now: YearCounts
): RevisionInput['published'] {
  const byUnit = Map.groupBy(published, ({ ward }) => ward)
  return (unit) => {
    const own = byUnit.get(unit) ?? []
    const at = (figure: number, from: number, to: number): number[] => [
      ...own.filter((one) => one.figure === figure && one.day > from && one.day <= to)
        .map(({ day }) => dates.indexOf(day))
    ].sort((a, b) => a - b)
    const end = dates.at(-1) ?? 0
    const totals: PublishedFigure = { figure: TOTAL, groups: now.all, dates: [0, ...at(TOTAL, dates[0] ?? 0, end)] }
    return [
      totals,
      ...quarters.flatMap(({ quarter, all }, i) =>
        all.filter(({ same }) => same === undefined).map(({ code, groups }): PublishedFigure => ({
          figure: code,
          groups,
          dates: [dates.indexOf(quarter), ...at(code, quarter, quarters[i + 1]?.quarter ?? end)]
        }))
      )
    ]
  }
}

/** The counts of now of the units that are replaced, those of before of all others. */
function mix (before: YearCounts, now: YearCounts, replaced: ReadonlySet<number>): YearCounts {
  const cells = now.units.flatMap((unit) => {
    const from = replaced.has(unit) ? now : before
    return now.all.flatMap((index) => Array.from({ length: now.gaps }, (_, gap) => ({
      unit,
      day: now.dates[gap] ?? 0,
      count: from.sum(unit, [index], gap, gap + 1),
      ...(now.groups[index] ?? { outcome: 0, channel: 0, avoidable: 0 })
    })))
  })
  return new YearCounts(now.dates, now.units, cells, cells, now.groups)
}
