import type pg from 'pg'
import type { Catalogue } from '../catalogue/live.ts'
import { localDay } from '../domain/calendar.ts'
import { readSeriesWithWards } from '../rollups/index.ts'
import { Auditor } from './audit/auditor.ts'
import { makeRelease } from './make-release.ts'
import type { Release, ReleaseKey } from './store/releases.ts'

/** Longer than the largest council's quarter takes, shorter than a morning. */
const AUDIT_SECONDS = 120

export interface Releasing {
  /** Releases all that is due of the series that are asked for; those that have nothing due are left out. */
  make: (asked: Partial<ReleaseKey>, how: { by: string, revision?: boolean }) => Promise<Release[]>
  close: () => Promise<void>
}

export function openReleasing (
  { pool, catalogue, clock }: { pool: pg.Pool, catalogue: Catalogue, clock: () => number }
): Releasing {
  const auditor = new Auditor({ seconds: AUDIT_SECONDS })
  const audit = auditor.audit.bind(auditor)
  return {
    make: async (asked, { by }) => {
      const made: Release[] = []
      for (const key of await readSeriesWithWards(pool, asked)) {
        const now = clock()
        const release = await makeRelease(
          { pool, directory: catalogue.directory, audit }, key, { by, at: new Date(now), today: localDay(now) }
        )
        if (release !== undefined) made.push(release)
      }
      return made
    },
    close: async () => await auditor.close()
  }
}
