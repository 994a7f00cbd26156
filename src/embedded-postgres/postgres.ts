import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { postgresBinaries } from './binaries.ts'
import { lockDirectory } from './directory-lock.ts'
import { freePort } from './free-port.ts'
import { runAsFor, type RunAs } from './run-as.ts'
import { connectionUrl, readOr } from './running.ts'

export interface EmbeddedPostgres {
  url: string
  pid: number | undefined
  stop: () => Promise<void>
}

interface Options {
  /** Folder for everything this Postgres keeps. */
  directory: string
  log: (line: string) => void
  /** Server settings beyond the defaults below, such as `{ fsync: 'off' }` for tests. */
  settings?: Record<string, string>
  /** Called when its process has begun, long before it accepts connections. */
  onLaunched?: () => unknown
}

const START_SECONDS = 60
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

/**
 * Starts the PostgreSQL that npm installed, on a free loopback port, with a password of its own.
 * Should its postmaster die while the service lives, it is started again on the same port: the pool reconnects.
 * Throws `DirectoryInUse` if another service has the directory.
 */
export async function startEmbeddedPostgres (options: Options): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory)
  const unlock = await lockDirectory(directory)
  const data = join(directory, 'postgres')
  const runAs = runAsFor(data)
  const password = passwordIn(directory)
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(data, directory, password, runAs)
  await stopOrphan(data, password)
  const port = await freePort()
  const settings = { ...SETTINGS, ...options.settings, port: String(port) }
  const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const { postgres } = await postgresBinaries()

  let child: ChildProcess
  let stopping = false
  const start = async (): Promise<void> => {
    child = launch(postgres, args, runAs)
    const exited = new Promise<never>((_resolve, reject) =>
      child.once('exit', (code) => {
        reject(new Error(`the embedded Postgres ended with code ${code ?? 'none'}; its log is above`))
      })
    )
    exited.catch(() => {
      if (!stopping) void restart()
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.trim().split('\n')) options.log(line)
    })
    options.onLaunched?.()
    await Promise.race([accepts(connectionUrl(port, password), START_SECONDS), exited])
  }
  let ready = false
  const restart = async (): Promise<void> => {
    if (!ready) return // a failed first start is the caller's to report
    options.log('the embedded Postgres ended unexpectedly; starting it again')
    // Backends of a killed postmaster take a moment to notice; until then a new one refuses to start.
    await wait(500)
    await start().catch(() => undefined)
  }
  const abandon = (): void => {
    child.kill(FAST_SHUTDOWN)
  } // however this process ends, but by force
  process.once('exit', abandon)
  await start()
  ready = true
  return {
    url: connectionUrl(port, password),
    get pid () {
      return child.pid
    },
    stop: async () => {
      stopping = true
      process.off('exit', abandon)
      await end(child)
      unlock()
    }
  }
}

function launch (program: string, args: string[], runAs: RunAs): ChildProcess {
  const [command, commandArgs] = runAs.command(program, args)
  // Its own process group: Ctrl-C reaches the service alone, which drains its requests before it stops the database.
  return spawn(command, commandArgs, {
    ...runAs.user, detached: true, stdio: ['ignore', 'ignore', 'pipe'], env: bareEnvironment()
  })
}

// The service's own environment holds secrets that a database server has no use for.
function bareEnvironment (): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
}

async function end (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill(FAST_SHUTDOWN)
  await exited
}

async function initialise (data: string, directory: string, password: string, runAs: RunAs): Promise<void> {
  const { initdb } = await postgresBinaries()
  const passwordFile = join(directory, 'initial-password')
  writeFileSync(passwordFile, `${password}\n`, { mode: runAs.user === undefined ? 0o600 : 0o644 })
  rmSync(data, { recursive: true, force: true }) // what an interrupted initdb left
  mkdirSync(data, { mode: 0o700 })
  if (runAs.user !== undefined) runAsFor(data)
  const args = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions'
  ]
  try {
    const child = launch(initdb, args, runAs)
    let complaint = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint += text
    })
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
    if (code !== 0) throw new Error(`initdb failed in ${data}: ${complaint}`)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

// After `kill -9` of the service its Postgres goes on running. The directory is ours by the lock, so it is an orphan;
// it is ended only if it proves, by our password and its data directory, to be that one and no reuse of its pid.
async function stopOrphan (data: string, password: string): Promise<void> {
  const [pid, , , port] = readOr(join(data, 'postmaster.pid')).split('\n')
  if (pid === undefined || port === undefined) return
  const client = new pg.Client({ connectionString: connectionUrl(Number(port), password) })
  try {
    await client.connect()
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory')
    if (rows[0]?.data_directory !== data) return
  } catch {
    return
  } finally {
    await client.end().catch(() => undefined)
  }
  process.kill(Number(pid), 'SIGINT')
  for (let i = 0; i < START_SECONDS * 10 && existsSync(join(data, 'postmaster.pid')); i++) await wait(100)
}

function passwordIn (directory: string): string {
  const file = join(directory, 'postgres-password')
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

async function accepts (url: string, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await wait(25)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}
