import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { DEADLINES, sessionOptions } from './deadlines.ts'
import { WatchedClient } from './watched-client.ts'

interface Options {
  connectionString: string
  channel: 'catalogue'
  /** Called on each notification. */
  onNotified: () => void
  /** Called once the connection listens, since notifications may have been missed before, and every few seconds. */
  onBeat: () => void
  /** Told of each connection that failed. Left out: nobody is. */
  onLost?: (error: unknown) => void
  beatMs?: number
}

const BEAT_MS = 5000
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [250, 8000]
const READ_ONLY = '25006'

/**
 * Listens for notifications for as long as the service runs, through restarts of the database. A query every few
 * seconds notices a connection that has gone silent. On a standby, where nobody may listen, the beat alone goes on.
 */
export function listen (
  { connectionString, channel, onNotified, onBeat, onLost, beatMs = BEAT_MS }: Options
): { close: () => Promise<void> } {
  const closing = new AbortController()
  const { signal } = closing
  const isClosing = (): boolean => signal.aborted
  let retryMs = FIRST_RETRY_MS

  const attend = async (): Promise<void> => {
    const client = new WatchedClient({
      connectionString,
      application_name: 'local-performance-platform listener',
      options: sessionOptions(DEADLINES.connectMs),
      connectionTimeoutMillis: DEADLINES.connectMs,
      answerMs: DEADLINES.connectMs
    })
    const stop = (): void => client.cut(new Error('the service ends'), true)
    signal.addEventListener('abort', stop)
    try {
      client.on('notification', onNotified)
      await client.connect()
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`).catch((error: unknown) => {
        if (!(error instanceof pg.DatabaseError && error.code === READ_ONLY)) throw error
      })
      while (!isClosing()) {
        await client.query('SELECT 1')
        onBeat()
        retryMs = FIRST_RETRY_MS
        await pause(client, beatMs)
      }
    } finally {
      signal.removeEventListener('abort', stop)
      client.end(() => undefined)
    }
  }
  // Resolves after a while, or as soon as the connection has ended.
  const pause = async (client: WatchedClient, ms: number): Promise<void> => {
    const ended = new AbortController()
    const end = (): void => ended.abort()
    client.once('end', end)
    await wait(ms, undefined, { signal: AbortSignal.any([signal, ended.signal]), ref: false }).catch(() => undefined)
    client.off('end', end)
    if (ended.signal.aborted && !isClosing()) throw new Error('the connection has ended')
  }
  const run = async (): Promise<void> => {
    while (!isClosing()) {
      try {
        await attend()
      } catch (error) {
        if (!isClosing()) onLost?.(error)
      }
      await wait(retryMs, undefined, { signal, ref: false }).catch(() => undefined)
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)
    }
  }
  const running = run()
  return {
    close: async () => {
      closing.abort()
      await running
    }
  }
}
