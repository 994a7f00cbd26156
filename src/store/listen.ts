import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

interface Options {
  connectionString: string
  channel: 'catalogue'
  /** Called on each notification, and after each reconnection, since some may have been missed. */
  onChange: () => void
}

const RETRY_MS = 1000

/** Listens for notifications for as long as the service runs, through restarts of the database. */
export function listen ({ connectionString, channel, onChange }: Options): { close: () => Promise<void> } {
  let closed = false
  let client: pg.Client | undefined
  const run = async (): Promise<void> => {
    for (let connectedBefore = false; !closed;) {
      client = new pg.Client({ connectionString, application_name: 'local-performance-platform listener' })
      const lost = new Promise<void>((resolve) => client?.once('end', resolve).on('error', () => resolve()))
      try {
        await client.connect()
        client.on('notification', onChange)
        await client.query(`LISTEN ${client.escapeIdentifier(channel)}`)
        if (connectedBefore) onChange()
        connectedBefore = true
        await lost
      } catch {
        // tried again below
      }
      if (!closed) await wait(RETRY_MS)
    }
  }
  void run()
  return {
    close: async () => {
      closed = true
      await client?.end().catch(() => undefined)
    }
  }
}
