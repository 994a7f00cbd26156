import { listen } from '../postgres/listen.ts'
import type { Catalogue } from './live.ts'

interface Options {
  /** Of Postgres itself, not of a pooler. */
  connectionString: string
  /** Told where the catalogue could not be read, or compared with the database. */
  onFailed: (error: unknown) => void
  /** Told of each connection that failed. */
  onLost: (error: unknown) => void
  beatMs?: number
}

/**
 * Keeps the catalogue as the database has it, whoever changes it: at once by notifications, and by comparing it at each
 * beat and when the listening connection is lost. It is compared by the connections that read it, not by the one that
 * listens: that may have gone silent, or lead to a server that was the primary once.
 */
export function listenForChanges (
  catalogue: Catalogue, { connectionString, onFailed, onLost, beatMs }: Options
): { close: () => Promise<void> } {
  return listen({
    connectionString,
    channel: 'catalogue',
    ...(beatMs !== undefined && { beatMs }),
    onNotified: () => {
      catalogue.refresh().catch(onFailed)
    },
    onBeat: () => {
      catalogue.confirm().catch(onFailed)
    },
    onLost: (error) => {
      onLost(error)
      catalogue.confirm().catch(() => undefined) // a database that is away was told of just now
    }
  })
}
