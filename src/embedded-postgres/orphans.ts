import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { connectionUrl, readOr } from './running.ts'

/** For a server that is told to stop: what is committed is flushed, which takes as long as its disk does. */
const STOP_MS = 60_000
/** For backends whose postmaster is dead: they end by themselves once they notice. */
const NOTICE_MS = 5000
const [LOOK_MS, SAY_MS] = [50, 5000]

interface Options {
  data: string
  password: string
  say: (what: string) => void
  signal: AbortSignal
}

/**
 * Ends what a killed service left running on its data directory, and returns when nothing is: two servers on one would
 * ruin it, and a new one refuses to start while a process of the old one is there. The directory is ours by the lock,
 * so whatever runs on it is an orphan.
 */
export async function endOrphans (options: Options): Promise<void> {
  const { data, say, signal } = options
  if (!existsSync(join(data, 'postmaster.pid'))) return
  if (process.platform !== 'linux') {
    await stopProven(options)
    return
  }
  let [since, said, told] = [performance.now(), performance.now(), false]
  for (let left = processesOn(data); left.length > 0; left = processesOn(data)) {
    signal.throwIfAborted()
    const postmaster = left.find((pid) => pid === postmasterPid(data))
    const now = performance.now()
    if (postmaster !== undefined && !told) {
      told = true
      say('a Postgres that an earlier service left behind is running; stopping it')
      // A process that was stopped takes no signal but these two before it goes on.
      for (const pid of left) send(pid, 'SIGCONT')
      send(postmaster, 'SIGINT')
    } else if (postmaster === undefined && told) {
      [told, since] = [false, now]
    }
    if (now - since > (postmaster === undefined ? NOTICE_MS : STOP_MS)) left.forEach((pid) => send(pid, 'SIGKILL'))
    if (now - said > SAY_MS) {
      said = now
      say(`waiting for ${left.length} processes of the earlier Postgres to end: ${left.join(', ')}`)
    }
    await wait(LOOK_MS)
  }
  // Its number may belong to another program by now, which Postgres would take for a running server.
  if (isAlive(postmasterPid(data))) rmSync(join(data, 'postmaster.pid'), { force: true })
}

/** Ends at once whatever program of Postgres works in a folder, where that can be found out. */
export function killProcessesOn (folder: string): void {
  if (process.platform === 'linux') processesOn(folder).forEach((pid) => send(pid, 'SIGKILL'))
}

// Every process of a Postgres has its data directory as the current one.
function processesOn (data: string): number[] {
  if (!existsSync(data)) return []
  const folder = realpathSync(data)
  return readdirSync('/proc').map(Number).filter((pid) => {
    if (!Number.isInteger(pid)) return false
    try {
      const [cwd, exe] = ['cwd', 'exe'].map((link) => readlinkSync(`/proc/${pid}/${link}`)) as [string, string]
      return cwd === folder && /^postgres\b/.test(basename(exe))
    } catch {
      return false // it has ended, or is another user's
    }
  })
}

const postmasterPid = (data: string): number => Number(readOr(join(data, 'postmaster.pid')).split('\n')[0])

function send (pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {} // it has ended
}

function isAlive (pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return readFileSync(`/proc/${pid}/stat`, 'utf8') !== ''
  } catch {
    return false
  }
}

// Where processes cannot be looked at, the server is ended only if it proves, by our password and its data directory,
// to be the one that was left and no reuse of its number.
async function stopProven ({ data, password, signal }: Options): Promise<void> {
  const [pid, , , port] = readOr(join(data, 'postmaster.pid')).split('\n')
  if (pid === undefined || port === undefined) return
  const client = new pg.Client({
    connectionString: connectionUrl(Number(port), password), connectionTimeoutMillis: NOTICE_MS
  })
  try {
    await client.connect()
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory')
    if (rows[0]?.data_directory !== data) return
  } catch {
    return
  } finally {
    await client.end().catch(() => undefined)
  }
  send(Number(pid), 'SIGINT')
  const until = performance.now() + STOP_MS
  while (performance.now() < until && existsSync(join(data, 'postmaster.pid'))) {
    await wait(LOOK_MS, undefined, { signal })
  }
}
