import type { Kysely } from 'kysely'
import { saveLastUse } from './store/tokens.ts'
import type { Tables } from '../postgres/tables.ts'

/** Remembers when tokens were last used and writes it down now and then, instead of a write per request. */
export interface TokenUse {
  note: (tokenId: string, at: number) => void
  close: () => Promise<void>
}

const FLUSH_MS = 30_000

export function trackTokenUse (db: Kysely<Tables>, onError: (error: unknown) => void): TokenUse {
  let uses = new Map<string, number>()
  const flush = async (): Promise<void> => {
    if (uses.size === 0) return
    const batch = uses
    uses = new Map()
    await saveLastUse(db, batch).catch(onError) // a lost "last used" is worth no more than a line in the log
  }
  const timer = setInterval(() => { void flush() }, FLUSH_MS).unref()
  return {
    note: (tokenId, at) => { uses.set(tokenId, at) },
    close: async () => {
      clearInterval(timer)
      await flush()
    }
  }
}
