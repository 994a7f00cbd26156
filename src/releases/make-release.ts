import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { writeAudit } from '../catalogue/store/audit.ts'
import { formatDay, parseDay } from '../domain/calendar.ts'
import { financialYears } from '../domain/disclosure/publication-dates.ts'
import { TYPE_OF_CODE } from '../domain/event.ts'
import type { DateRange } from '../domain/period.ts'
import type { Message } from '../outbox/message.ts'
import { queueMessages } from '../outbox/store/queue.ts'
import { queryBuilderOn } from '../postgres/database.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { recordChanges } from '../rollups/index.ts'
import { decideYear } from './decide-open.ts'
import type { Deciding, YearDecided } from './deciding.ts'
import { changedGaps } from './changed-gaps.ts'
import { firstDay } from './live.ts'
import { reviseYear } from './revise-year.ts'
import type { YearShape } from './released-year.ts'
import {
  insertRelease, lockReleases, readReleaseKey, readShapes, saveShape, saveYear, type Release, type ReleaseKey
} from './store/releases.ts'
import type { Audit, Audited } from './until-wide.ts'

export interface ReleaseContext { pool: pg.Pool, directory: Directory, audit: Audit }

/** Who releases, when, and what: `today` is the local day. */
export interface Act { kind: Release['kind'], by: string, at: Date, today: number }

/**
 * Releases what of an authority's events is due and was not released yet, or, as a revision, what changed of days that
 * were; undefined where there is nothing. One at a time: whoever comes second finds that nothing is left.
 */
export async function makeRelease (
  { pool, directory, audit }: ReleaseContext, key: ReleaseKey, act: Act
): Promise<Release | undefined> {
  return await inTransaction(pool, async (client) => {
    await lockReleases(client, key)
    const known = await readShapes(client, key)
    const deciding = { client, directory, audit, key, secret: await readReleaseKey(client), today: act.today }
    const years = act.kind === 'revision' ? await revise(deciding, known) : await decide(deciding, known)
    const marked = await markChanges(deciding, known, years)
    if (marked || years.length > 0) await recordChanges(client, [key])
    if (years.length === 0) return undefined
    const release = releaseOf(key, act, years)
    const id = await insertRelease(client, release)
    for (const { year, counts } of years) await saveYear(client, key, id, year, counts)
    await auditRelease(client, directory, { id, ...release })
    await queueMessages(client, [messageOf(directory, { id, ...release })])
    return { id, ...release }
  })
}

function messageOf ({ authorityById, serviceById }: Directory, release: Release): Message {
  const { id, kind, authorityId, serviceId, type, upTo, madeAt: at } = release
  const [authority, service] = [authorityById.get(authorityId)?.slug ?? '', serviceById.get(serviceId)?.slug ?? '']
  return {
    type: 'release.made',
    at,
    authorityIds: [authorityId],
    serviceIds: [serviceId],
    data: {
      id,
      kind,
      authority,
      service,
      type: TYPE_OF_CODE.get(type) ?? '',
      up_to: formatDay((parseDay(upTo) ?? 0) - 1),
      links: { releases: `/v1/releases?authority=${authority}&service=${service}` }
    }
  }
}

async function auditRelease (
  client: pg.ClientBase, { authorityById, serviceById }: Directory, release: Release
): Promise<void> {
  const { id, kind, authorityId, serviceId, type, upTo, cells, suppressed, madeAt: at, madeBy: actor } = release
  const [authority, service] = [authorityById.get(authorityId)?.slug ?? '', serviceById.get(serviceId)?.slug ?? '']
  await writeAudit(queryBuilderOn(client), {
    at,
    actor,
    action: kind === 'revision' ? 'revise-release' : 'release',
    subject: `${authority}/${service}/${TYPE_OF_CODE.get(type) ?? ''}`,
    detail: { id, days_before: upTo, cells, suppressed },
    authorityId
  })
}

async function decide (deciding: Deciding, known: ReadonlyMap<number, YearShape>): Promise<YearDecided[]> {
  const begun = await firstDay(deciding)
  const first = Math.min(begun, ...known.keys())
  const years = first < deciding.today ? financialYears({ start: first, end: deciding.today }) : []
  const decided: YearDecided[] = []
  for (const year of years) {
    const one = await decideYear(deciding, begun, year, known.get(year.start))
    if (one !== undefined) decided.push(one)
  }
  return decided
}

async function revise (deciding: Deciding, known: ReadonlyMap<number, YearShape>): Promise<YearDecided[]> {
  const revised: YearDecided[] = []
  for (const [start, shape] of known) {
    const one = await reviseYear(deciding, yearFrom(start), shape)
    if (one !== undefined) revised.push(one)
  }
  return revised
}

const yearFrom = (start: number): DateRange => financialYears({ start, end: start + 1 })[0] ?? { start, end: start }

/** Notes in which released gaps anything changed since. All of their wards are marked: which one did is not public. */
async function markChanges (
  deciding: Deciding, known: ReadonlyMap<number, YearShape>, years: readonly YearDecided[]
): Promise<boolean> {
  let marked = false
  for (const [start, before] of known) {
    const decided = years.find(({ year }) => year.yearOn === start)?.year
    const changed = await changedGaps(deciding, yearFrom(start), decided?.shape ?? before, decided)
    if (decided !== undefined) decided.shape.changed = changed
    else if (changed.join() !== before.changed.join()) {
      await saveShape(deciding.client, deciding.key, start, { ...before, changed })
      marked = true
    }
  }
  return marked
}

function releaseOf (key: ReleaseKey, { kind, by, at }: Act, years: readonly YearDecided[]): Omit<Release, 'id'> {
  const decided = years.flatMap((year) => year.decided)
  const audits = decided.flatMap((one) => one.audits)
  const add = (pick: (audit: Audited) => number): number => audits.reduce((sum, one) => sum + pick(one), 0)
  const ranges = audits.flatMap(({ narrowest }) => narrowest ?? [])
  return {
    ...key,
    kind,
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
    notPublished: audits.flatMap(({ tooLong, of }) => tooLong === true ? [of ?? 'all'] : [])
  }
}
