import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { formatDay } from '../domain/calendar.ts'
import { financialYears } from '../domain/disclosure/publication-dates.ts'
import type { DateRange } from '../domain/period.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { readExtent, recordChanges } from '../rollups/index.ts'
import { candidatesOf } from './dates.ts'
import { decideStreets, decideWards, type Decided } from './decide-year.ts'
import { Draw } from './draw.ts'
import { freezeStreets, freezeWards } from './freeze.ts'
import type { CountedYear, YearShape } from './released-year.ts'
import {
  insertRelease, lockReleases, readCounted, readCounts, readReleaseKey, readShapes, saveYear, type Release, type ReleasedCount,
  type ReleasedYear, type ReleaseKey
} from './store/releases.ts'
import type { Audit, Audited } from './until-wide.ts'

export interface ReleaseContext { pool: pg.Pool, directory: Directory, audit: Audit }

/** Who releases, and when: `today` is the local day. */
export interface Act { by: string, at: Date, today: number }

const NOTHING: { shape: YearShape, counted: CountedYear } = {
  shape: { dates: [], streetDates: [], reported: [], groups: [], figures: [], wards: [], streets: [] },
  counted: { wards: [], days: [], streets: [] }
}

/**
 * Releases what of an authority's events is due and was not released yet; undefined where there is nothing. One at a
 * time: whoever comes second finds that nothing is left.
 */
export async function makeRelease (
  { pool, directory, audit }: ReleaseContext, key: ReleaseKey, { by, at, today }: Act
): Promise<Release | undefined> {
  return await inTransaction(pool, async (client) => {
    await lockReleases(client, key)
    const extent = await readExtent(client, {
      authorityIds: [key.authorityId], serviceId: key.serviceId, type: key.type
    })
    const known = await readShapes(client, key)
    const secret = await readReleaseKey(client)
    const years: YearDecided[] = []
    for (const year of yearsOf(extent, known, today)) {
      const decided = await decideYear({ client, directory, audit, key, secret, today }, year, known.get(year.start))
      if (decided !== undefined) years.push(decided)
    }
    if (years.length === 0) return undefined
    const release = releaseOf(key, { by, at, today }, years)
    const id = await insertRelease(client, release)
    for (const { year, counts } of years) await saveYear(client, key, id, year, counts)
    await recordChanges(client, [key])
    return { id, ...release }
  })
}

interface YearDecided { year: ReleasedYear, counts: ReleasedCount[], decided: Decided[] }
interface Deciding { client: pg.ClientBase, directory: Directory, audit: Audit, key: ReleaseKey, secret: Buffer, today: number }

function yearsOf (
  extent: DateRange | undefined, known: ReadonlyMap<number, YearShape>, today: number
): DateRange[] {
  const first = Math.min(extent?.start ?? Infinity, ...known.keys())
  return first < today ? financialYears({ start: first, end: today }) : []
}

async function decideYear (
  { client, directory, audit, key, secret, today }: Deciding, year: DateRange, known: YearShape | undefined
): Promise<YearDecided | undefined> {
  const shape = known ?? NOTHING.shape
  const [ward, street] = (['ward', 'street'] as const).map((level) =>
    directory.disclosureRule(key.authorityId, key.serviceId, level))
  if (ward === undefined || street === undefined) return undefined
  const wards = candidatesOf(year, ward, shape.dates, today)
  const streets = candidatesOf(year, street, shape.streetDates, today)
  if (wards.open.length === 0 && streets.open.length === 0) return undefined
  const draw = new Draw(secret, `${key.authorityId} ${key.serviceId} ${key.type} ${year.start}`)
  const published = known === undefined ? [] : await readCounts(client, key, year.start)
  const counted = await readCounted(client, key, year.start) ?? NOTHING.counted
  const common = { directory, key, published, audit }
  const decided: Decided[] = []
  const next = { shape: { ...shape }, counted: { ...counted } }
  if (wards.open.length > 0) {
    const frozen = await freezeWards(client, { directory, key, year, candidates: wards, shape, counted })
    const ofWards = await decideWards({ ...common, ...frozen, rule: ward, candidates: wards, draw: draw.of('wards') })
    decided.push(ofWards)
    const replaced = new Map([...shape.figures, ...ofWards.figures])
    Object.assign(next.shape, frozen.shape, { dates: wards.dates, figures: [...replaced] })
    Object.assign(next.counted, frozen.counted)
  }
  if (streets.open.length > 0) {
    const frozen = await freezeStreets(client, { key, candidates: streets, counted })
    for (const [wardId, counts] of frozen.byWard) {
      decided.push(await decideStreets({
        ...common,
        counts,
        exists: () => true,
        rule: street,
        candidates: streets,
        draw: draw.of(`streets ${wardId}`)
      }, wardId))
    }
    next.shape.streetDates = streets.dates
    next.shape.streets = [...frozen.byWard].map(([wardId, { units }]) => [wardId, [...units]])
    next.counted.streets = frozen.streets
  }
  return { year: { yearOn: year.start, ...next }, counts: decided.flatMap(({ counts }) => counts), decided }
}

function releaseOf (key: ReleaseKey, { by, at }: Act, years: readonly YearDecided[]): Omit<Release, 'id'> {
  const decided = years.flatMap((year) => year.decided)
  const audits = decided.flatMap((one) => one.audits)
  const add = (pick: (audit: Audited) => number): number => audits.reduce((sum, one) => sum + pick(one), 0)
  const ranges = audits.flatMap(({ narrowest }) => narrowest ?? [])
  return {
    ...key,
    kind: 'regular',
    madeAt: at,
    madeBy: by,
    upTo: formatDay(Math.max(...years.map(({ year: { shape } }) => Math.max(
      shape.dates.at(-1) ?? 0, shape.streetDates.at(-1) ?? 0
    )))),
    cells: decided.reduce((sum, { cells }) => sum + cells, 0),
    suppressed: decided.reduce((sum, { suppressed }) => sum + suppressed, 0),
    audited: add(({ audited }) => audited),
    narrowest: ranges.length === 0 ? null : Math.min(...ranges),
    seconds: add(({ seconds }) => seconds),
    notPublished: []
  }
}
