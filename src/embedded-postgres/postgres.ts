import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { awaitReady } from './await-ready.ts'
import { postgresBinaries } from './binaries.ts'
import { lockDirectory } from './directory-lock.ts'
import { writeDurably } from './durable.ts'
import { freePort } from './free-port.ts'
import { ensureInitialised } from './initialise.ts'
import { launch, type PostgresProcess } from './launch.ts'
import { endOrphans } from './orphans.ts'
import { runAs } from './run-as.ts'
import { connectionUrl, readOr } from './running.ts'
import { unusable } from './unusable.ts'

export interface EmbeddedPostgres {
  url: string
  pid: number | undefined
  stop: () => Promise<void>
}

interface Options {
  /** Folder for everything this Postgres keeps. */
  directory: string
  log: (line: string) => void
  /** Told what a start waits for when it takes long, and of a restart. */
  say?: (what: string) => void
  /** Server settings beyond the defaults below, such as `{ fsync: 'off' }` for tests. */
  settings?: Record<string, string>
  /** Called when its process has begun, long before it accepts connections. */
  onLaunched?: () => unknown
  /** Ends a start that is under way, which then throws its reason. */
  signal?: AbortSignal
}

/** Open transactions roll back, what is committed is flushed. */
const FAST_SHUTDOWN = 'SIGINT'
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  max_connections: '200',
  timezone: 'UTC'
}
/** Between tries to start it again after it ended by itself, growing. */
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [250, 5000]
/** For what is left of an earlier server, where it is only Postgres that can see it. */
const [LEFTOVER_TRIES, LEFTOVER_PAUSE_MS] = [120, 500]
/** For its last words once it has ended; for a start that failed to end in order. */
const [LAST_WORDS_MS, FAILED_START_MS] = [500, 5000]
const LEFTOVER = /pre-existing shared memory block|lock file "postmaster.pid" already exists/

/**
 * Starts the PostgreSQL that npm installed, on a free loopback port, with a password of its own.
 * Should its postmaster die while the service lives, it is started again on the same port: the pool reconnects.
 * Throws `DirectoryInUse` if another service has the directory, `DirectoryUnusable` where nothing can be kept in it.
 */
export async function startEmbeddedPostgres (options: Options): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory)
  const say = options.say ?? options.log
  const closing = new AbortController()
  const signal = options.signal === undefined ? closing.signal : AbortSignal.any([closing.signal, options.signal])
  const { postgres } = await postgresBinaries() // before a folder is made
  let unlock: (() => void) | undefined
  try {
    unlock = await lockDirectory(directory)
    return await start()
  } catch (error) {
    unlock?.()
    throw unusable(directory, String(error)) ?? error
  }

  async function start (): Promise<EmbeddedPostgres> {
    const password = passwordIn(directory)
    const as = runAs()
    const data = await ensureInitialised(directory, password, as, signal)
    const port = await freePort()
    const url = connectionUrl(port, password)
    const settings = { ...SETTINGS, ...options.settings, port: String(port) }
    const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]

    let child: PostgresProcess | undefined
    let restarting: Promise<void> | undefined
    const startOnce = async (): Promise<void> => {
      await endOrphans({ data, password, say, signal })
      signal.throwIfAborted()
      let [line, at, fatal] = ['nothing', performance.now(), '']
      const own: PostgresProcess = child = launch(postgres, args, as, (said) => {
        [line, at] = [said, performance.now()]
        if (/ (FATAL|PANIC): /.test(said)) fatal = said
        options.log(said)
      })
      const ended = new Promise<never>((_resolve, reject) => {
        own.once('error', reject)
        own.once('exit', () => {
          // What it said last may come after; a pipe that its children hold open may never close.
          void Promise.race([once(own, 'close'), wait(LAST_WORDS_MS)])
            .then(() => reject(new Error(`Postgres ended: ${fatal || line}`)))
        })
      })
      ended.catch(() => undefined) // after it was ready, `exit` tells
      options.onLaunched?.()
      const waiting = new AbortController()
      try {
        await Promise.race([
          awaitReady({ url, say, last: () => ({ line, at }), signal: AbortSignal.any([signal, waiting.signal]) }), ended
        ])
      } catch (error) {
        waiting.abort()
        await end(own, FAILED_START_MS)
        throw error
      }
      if (hasEnded(own)) throw new Error(`Postgres ended: ${fatal || line}`)
      own.once('exit', () => {
        if (!signal.aborted) restarting = restart()
      })
    }
    const startPatiently = async (): Promise<void> => {
      for (let tries = 1; ; tries++) {
        try {
          await startOnce()
          return
        } catch (error) {
          signal.throwIfAborted()
          if (tries === LEFTOVER_TRIES || !LEFTOVER.test(String(error))) throw error
          if (tries === 1) say(`waiting for an earlier Postgres to end: ${String(error)}`)
          await wait(LEFTOVER_PAUSE_MS, undefined, { signal })
        }
      }
    }
    const restart = async (): Promise<void> => {
      say('the embedded Postgres ended unexpectedly; starting it again')
      for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        try {
          await wait(pause, undefined, { signal })
          await startPatiently()
          return
        } catch (error) {
          say(`the embedded Postgres did not start: ${String(error)}`)
        }
      }
    }
    const abandon = (): void => {
      child?.kill(FAST_SHUTDOWN)
    } // however this process ends, but by force
    process.once('exit', abandon)
    try {
      await startPatiently()
    } catch (error) {
      process.off('exit', abandon)
      throw error
    }
    return {
      url,
      get pid () {
        return child?.pid
      },
      stop: async () => {
        closing.abort()
        await restarting
        if (child !== undefined) await end(child)
        process.off('exit', abandon)
        unlock?.()
      }
    }
  }
}

const hasEnded = ({ exitCode, signalCode }: PostgresProcess): boolean => exitCode !== null || signalCode !== null

async function end (child: PostgresProcess, patience?: number): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill(FAST_SHUTDOWN)
  const force = patience === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), patience)
  await exited
  clearTimeout(force)
}

function passwordIn (directory: string): string {
  const file = join(directory, 'postgres-password')
  const kept = readOr(file).trim()
  if (kept !== '') return kept
  const password = randomBytes(24).toString('base64url')
  writeDurably(file, password, 0o600)
  return password
}
