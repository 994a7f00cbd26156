import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

interface Options {
  connectionString: string
  channel: 'catalogue'
  /** Called on each notification and after each connection, since some may have been missed before it. */
  onChange: () => void
}

const RETRY_MS = 1000

/** Listens for notifications for as long as the service runs, through restarts of the database. */
export function listen ({ connectionString, channel, onChange }: Options): { close: () => Promise<void> } {
  const closing = new AbortController()
  let client: pg.Client | undefined
  const connectOnce = async (): Promise<void> => {
    client = new pg.Client({ connectionString, application_name: 'local-performance-platform listener' })
    const lost = once(client, 'end')
    client.on('error', () => undefined) // 'end' follows
    client.on('notification', onChange)
    await client.connect()
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`)
    onChange()
    await lost
  }
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await connectOnce().catch(() => undefined)
      await wait(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }
  void run()
  return {
    close: async () => {
      closing.abort()
      await client?.end().catch(() => undefined)
    }
  }
}
