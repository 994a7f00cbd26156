import type { Kysely } from 'kysely'
import { readCatalogue, readMarker } from './store/catalogue.ts'
import type { Tables } from '../postgres/tables.ts'
import { localDay } from '../domain/calendar.ts'
import { QUOTAS, type Quotas } from '../domain/quotas.ts'
import { Directory } from './directory.ts'
import { sandboxRows } from './sandbox.ts'

/** The catalogue in force. Read `directory` once at the start of a request: it may be replaced while one runs. */
export interface Catalogue {
  readonly directory: Directory
  /** The same for whoever tries out what they send; made when it is first asked for. */
  readonly sandbox: Directory
  /** How many an authority may have of each thing that grows. */
  readonly quotas: Quotas
  /**
   * Reads the catalogue anew: whoever changes it awaits this, and it runs when another process notifies a change. Where
   * it fails the catalogue is in doubt.
   */
  refresh: () => Promise<void>
  /** Whether it is certain enough to answer by: not in doubt, and compared with the database within `AGE_MS`. */
  isConfirmed: () => boolean
  /** Compares it with the database, and reads it anew where it has changed. */
  confirm: () => Promise<void>
  /** Says that it may have changed. */
  doubt: () => void
}

/** For so long nobody need ask whether a token was revoked or figures were embargoed meanwhile. */
export const AGE_MS = 30_000

/**
 * `clock` says what day it is: at midnight in London councils begin and end by themselves; and which embargoes are
 * over. Either makes another directory, so that no answer of before is given any more.
 */
export async function openCatalogue (
  db: Kysely<Tables>, clock: () => number, quotas: Quotas = QUOTAS, stopwatch: () => number = () => performance.now()
): Promise<Catalogue> {
  let confirmed = stopwatch()
  let rows = await readCatalogue(db)
  let day = localDay(clock())
  let directory = new Directory(rows, day, clock())
  let sandbox: { of: Directory, directory: Directory } | undefined
  let reading: Promise<unknown> = Promise.resolve()
  let next: Promise<void> | undefined
  let doubts = 0
  let confirming: Promise<void> | undefined

  const doubt = (): void => {
    doubts++
    confirmed = -Infinity
  }
  // What was asked before a doubt came up says nothing about it.
  const confirmFrom = (asked: number, doubtsThen: number): void => {
    if (doubts === doubtsThen) confirmed = Math.max(confirmed, asked)
  }
  const read = async (): Promise<void> => {
    const [asked, doubtsThen] = [stopwatch(), doubts]
    try {
      rows = await readCatalogue(db, rows)
      day = localDay(clock())
      directory = new Directory(rows, day, clock())
      confirmFrom(asked, doubtsThen)
    } catch (error) {
      doubt()
      throw error
    }
  }
  // One after another, and shared by all who ask while the one before is on its way: nobody joins one that began before
  // they asked, which may have missed what they changed.
  const refresh = async (): Promise<void> => {
    await (next ??= reading.then(async () => {
      next = undefined
      const mine = read()
      reading = mine.catch(() => undefined)
      await mine
    }))
  }
  const compare = async (): Promise<void> => {
    const [asked, doubtsThen] = [stopwatch(), doubts]
    if (await readMarker(db) === rows.marker) confirmFrom(asked, doubtsThen)
    else await refresh()
  }
  const inForce = (): Directory => {
    const now = clock()
    const today = localDay(now)
    const { since, until } = directory.publication
    if (today !== day || now < since || now >= until) {
      day = today
      directory = new Directory(rows, today, now)
    }
    return directory
  }
  return {
    quotas,
    get directory () {
      return inForce()
    },
    get sandbox () {
      const real = inForce()
      if (sandbox?.of !== real) sandbox = { of: real, directory: new Directory(sandboxRows(rows), day, clock()) }
      return sandbox.directory
    },
    refresh,
    isConfirmed: () => stopwatch() - confirmed < AGE_MS,
    confirm: async () => {
      await (confirming ??= compare().finally(() => {
        confirming = undefined
      }))
    },
    doubt
  }
}
