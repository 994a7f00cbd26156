import type { Kysely } from 'kysely'
import { readCatalogue } from './store/catalogue.ts'
import type { Tables } from '../postgres/tables.ts'
import { Directory } from './directory.ts'

/** The catalogue in force. Read `directory` once at the start of a request: it may be replaced while one runs. */
export interface Catalogue {
  readonly directory: Directory
  /** Reads the catalogue anew: whoever changes it awaits this, and it runs when another process notifies a change. */
  refresh: () => Promise<void>
}

export async function openCatalogue (db: Kysely<Tables>): Promise<Catalogue> {
  let directory = new Directory(await readCatalogue(db))
  let started = 0
  let applied = 0
  return {
    get directory () { return directory },
    refresh: async () => {
      const mine = ++started
      const next = new Directory(await readCatalogue(db))
      if (mine < applied) return // an earlier read must not overwrite a later one
      applied = mine
      directory = next
    }
  }
}
