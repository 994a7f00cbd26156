import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { DirectoryUnusable } from './unusable.ts'

/** Without any sign of life a server is given up after so long; with its word that it recovers, after the other. */
const [SILENT_MS, RECOVERING_MS] = [60_000, 600_000]
const [LOOK_MS, ANSWER_MS] = [25, 5000]
/** After which whoever waits is told, and how often again. */
const [SAY_AFTER_MS, SAY_EVERY_MS] = [2000, 10_000]

interface Options {
  url: string
  signal: AbortSignal
  say: (what: string) => void
  /** What the server said last, and when by `performance.now()`. */
  last: () => { line: string, at: number }
}

/**
 * Waits until a server that was just started accepts connections. After a crash it first replays its log: that is
 * waited for as long as it goes on.
 */
export async function awaitReady ({ url, signal, say, last }: Options): Promise<void> {
  let sayAt = performance.now() + SAY_AFTER_MS
  for (;;) {
    signal.throwIfAborted()
    const answer = await ask(url)
    if (answer === 'ready') return
    const now = performance.now()
    const { line, at } = last()
    if (now - at > (answer === 'recovering' ? RECOVERING_MS : SILENT_MS)) {
      throw new Error(`the embedded Postgres does not accept connections; it said last: ${line}`)
    }
    if (now > sayAt) {
      sayAt = now + SAY_EVERY_MS
      say(answer === 'recovering'
        ? `waiting for Postgres, which recovers what was committed before a crash: ${line}`
        : `waiting for Postgres to start: ${line}`)
    }
    await wait(LOOK_MS)
  }
}

async function ask (url: string): Promise<'ready' | 'recovering' | 'silent'> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: ANSWER_MS })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return 'ready'
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === '28P01') {
      throw new DirectoryUnusable('the file postgres-password in DATA_DIR is not the password of its database')
    }
    return code === '57P03' ? 'recovering' : 'silent'
  } finally {
    await client.end().catch(() => undefined)
  }
}
