import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import type { Catalogue } from '../catalogue/live.ts'
import { localDay } from '../domain/calendar.ts'
import { EVENT_TYPE_NAMES, EVENT_TYPES } from '../domain/event.ts'
import { periodStart } from '../domain/period.ts'
import { countMeasures } from '../observations/count-measures.ts'
import { readMeasuresWithWards } from '../observations/store/read.ts'
import { nodesAway } from '../postgres/cluster/nodes-away.ts'
import { isConnectionLost, Unreachable } from '../postgres/failures.ts'
import { readSeriesWithWards } from '../rollups/index.ts'
import { Auditor } from './audit/auditor.ts'
import { makeRelease } from './make-release.ts'
import { readReleases, type Release, type ReleaseKey } from './store/releases.ts'

/** Longer than the largest council's quarter takes, shorter than a morning. */
const AUDIT_SECONDS = 120

export interface Releasing {
  /**
   * Releases all that is due of the series that are asked for, or as a revision what changed of what was released;
   * those that have nothing are left out. Where some fail, or their node of a cluster is away, it throws once the
   * others are made.
   */
  make: (asked: Partial<ReleaseKey>, how: { by: string, revision?: boolean }) => Promise<Release[]>
  /** Makes revisions of all series, unless there was one since the quarter of `today` began. */
  reviseQuarterly: (today: number) => Promise<Release[]>
  close: () => Promise<void>
}

export function openReleasing (
  { pool, catalogue, clock, onRelease }: {
    pool: pg.Pool, catalogue: Catalogue, clock: () => number, onRelease?: (release: Release) => void
  }
): Releasing {
  const auditor = new Auditor({ seconds: AUDIT_SECONDS })
  const audit = auditor.audit.bind(auditor)
  const make: Releasing['make'] = async (asked, { by, revision = false }) => {
    const made: Release[] = []
    const away = asked.authorityId === undefined ? await nodesAway(pool) : []
    const failures: Error[] = away.map(({ node }) =>
      new Unreachable(new Error(`node ${node} of the cluster does not answer`)))
    const isAway = new Set(away.flatMap(({ authorities }) => authorities))
    for (const key of await seriesByWard(pool, catalogue.directory, asked, isAway)) {
      const now = clock()
      try {
        const release = await makeRelease({ pool, directory: catalogue.directory, audit }, key, {
          kind: revision ? 'revision' : 'regular', by, at: new Date(now), today: localDay(now)
        })
        if (release === undefined) continue
        onRelease?.(release)
        made.push(release)
      } catch (error) {
        if (isConnectionLost(error)) throw error // so would be that of every other series
        failures.push(error as Error)
      }
    }
    // Whoever asked asks again, and finds the others done.
    const [failure, ...more] = failures
    if (failure !== undefined) throw more.length === 0 ? failure : new AggregateError(failures)
    return made
  }
  return {
    make,
    reviseQuarterly: async (today) => {
      const [last] = await readReleases(pool, { kind: 'revision', limit: 1 })
      const isRevised = last !== undefined && localDay(last.madeAt.getTime()) >= periodStart('quarter', today)
      return isRevised ? [] : await make({}, { by: 'schedule', revision: true })
    },
    close: async () => await auditor.close()
  }
}

/** The series with anything by ward: events, or the counts that councils send in place of them. */
async function seriesByWard (
  pool: pg.Pool, directory: Directory, { authorityId, serviceId, type }: Partial<ReleaseKey>,
  isAway: ReadonlySet<number>
): Promise<ReleaseKey[]> {
  const authorityIds = authorityId !== undefined
    ? [authorityId]
    : [...directory.authorityById.keys()].filter((id) => !isAway.has(id))
  const [events, observed] = await Promise.all([
    readSeriesWithWards(pool, authorityIds), readMeasuresWithWards(pool, authorityIds)
  ])
  const counted = observed.flatMap(({ measureId, ...place }) => {
    const service = directory.serviceById.get(place.serviceId)
    return service === undefined
      ? []
      : EVENT_TYPE_NAMES.filter((name) =>
        countMeasures(directory, service, name).some(({ measure }) => measure.id === measureId)
      ).map((name) => ({ ...place, type: EVENT_TYPES[name] }))
  })
  const all = [...events, ...counted].filter((key) =>
    (serviceId === undefined || key.serviceId === serviceId) &&
    (type === undefined || key.type === type)
  )
  return [...new Map(all.map((key) => [`${key.authorityId} ${key.serviceId} ${key.type}`, key])).values()]
}
