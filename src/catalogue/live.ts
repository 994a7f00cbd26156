import type { Kysely } from 'kysely'
import { readCatalogue } from './store/catalogue.ts'
import type { Tables } from '../postgres/tables.ts'
import { localDay } from '../domain/calendar.ts'
import { QUOTAS, type Quotas } from '../domain/quotas.ts'
import { Directory } from './directory.ts'

/** The catalogue in force. Read `directory` once at the start of a request: it may be replaced while one runs. */
export interface Catalogue {
  readonly directory: Directory
  /** How many an authority may have of each thing that grows. */
  readonly quotas: Quotas
  /** Reads the catalogue anew: whoever changes it awaits this, and it runs when another process notifies a change. */
  refresh: () => Promise<void>
}

/**
 * `clock` says what day it is: at midnight in London councils begin and end by themselves; and which embargoes are
 * over. Either makes another directory, so that no answer of before is given any more.
 */
export async function openCatalogue (
  db: Kysely<Tables>, clock: () => number, quotas: Quotas = QUOTAS
): Promise<Catalogue> {
  let rows = await readCatalogue(db)
  let day = localDay(clock())
  let directory = new Directory(rows, day, clock())
  let started = 0
  let applied = 0
  return {
    quotas,
    get directory () {
      const now = clock()
      const today = localDay(now)
      const { since, until } = directory.publication
      if (today !== day || now < since || now >= until) {
        day = today
        directory = new Directory(rows, today, now)
      }
      return directory
    },
    refresh: async () => {
      const mine = ++started
      const next = await readCatalogue(db, rows)
      if (mine < applied) return // an earlier read must not overwrite a later one
      applied = mine
      rows = next
      day = localDay(clock())
      directory = new Directory(rows, day, clock())
    }
  }
}
