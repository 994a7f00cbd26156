import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { readArchive, type Archive } from './archive.ts'
import { describe, majorOf } from './description.ts'
import { Refused } from './sentence-of.ts'

const NAME = 'database.dump'

/** Dumps the database with the machine's pg_dump, at one moment of it, by way of a file at `scratch`. */
export async function dumpDatabase (connectionString: string, scratch: string, archive: Archive): Promise<void> {
  const server = await serverOf(connectionString)
  await program('pg_dump', server)
  try {
    // The archive compresses.
    await run('pg_dump', ['--format=custom', '--compress=0', `--file=${scratch}`], connectionString)
    await describe(archive, 'dump', server)
    await archive.file(NAME, scratch)
  } finally {
    rmSync(scratch, { force: true })
  }
}

/**
 * Restores a dump into an empty database, all or nothing. Rights and owners are those of this database, not those of
 * the one that was dumped: its users may be others.
 */
export async function restoreDump (file: string, connectionString: string): Promise<void> {
  await program('pg_restore', await serverOf(connectionString))
  await readArchive(file, async () => undefined) // as a whole, before anything is written
  await readArchive(file, async ({ name, content }) => {
    if (name !== NAME) return
    await run(
      'pg_restore',
      ['--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges'],
      connectionString,
      async (child) => {
        if (child.stdin !== null) await pipeline(content, child.stdin)
      }
    )
  })
}

async function serverOf (connectionString: string): Promise<number> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const { rows: [row] } = await client.query<{ version: number }>(
      "SELECT current_setting('server_version_num')::int AS version"
    )
    return row?.version ?? 0
  } finally {
    await client.end()
  }
}

async function program (name: string, server: number): Promise<void> {
  const { stdout, error } = spawnSync(name, ['--version'], { encoding: 'utf8' })
  const major = majorOf(server)
  const install = `install PostgreSQL's client ${major} (on Debian: postgresql-client-${major}), first on the PATH`
  if (error !== undefined) throw new Refused(`there is no ${name} on this machine: ${install}`)
  const [, own] = /(\d+)/.exec(stdout) ?? []
  if (Number(own) < major) throw new Refused(`${name} ${own ?? ''} is older than the server, ${major}: ${install}`)
}

// Node knows the public certificate authorities; these programs look for a file of their own unless they are told.
const publicAuthorities = ({ searchParams }: URL): NodeJS.ProcessEnv =>
  searchParams.get('sslmode') === 'verify-full' && !searchParams.has('sslrootcert') ? { PGSSLROOTCERT: 'system' } : {}

async function run (
  name: string, args: string[], connectionString: string, feed?: (child: ChildProcess) => Promise<void>
): Promise<void> {
  const url = new URL(connectionString)
  // Arguments are seen by every user of the machine; the environment is not.
  const password = decodeURIComponent(url.password)
  url.password = ''
  const child = spawn(name, [...args, `--dbname=${url.href}`], {
    env: { ...publicAuthorities(url), ...process.env, ...(password !== '' && { PGPASSWORD: password }) },
    stdio: [feed === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe']
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { said += text })
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  // If it ends before it has read everything, what it said tells why.
  const [code] = await Promise.all([ended, feed?.(child).catch(() => undefined)])
  if (code !== 0) throw new Refused(`${name} failed: ${said.trim().split('\n').slice(-2).join(' ')}`)
}
