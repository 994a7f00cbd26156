import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { freePort } from '../../src/embedded-postgres/free-port.ts'
import { waitUntil } from './wait-until.ts'

const PROGRAM = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find((path) => existsSync(path))

/** Why a test with a real PgBouncer is left out; false where there is one. */
export const noPgBouncer = PROGRAM === undefined && 'PgBouncer is not installed'

/** 1.18, as 118; 0 where there is none. */
export function versionOfPgBouncer (): number {
  const said = PROGRAM === undefined ? '' : spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' }).stdout
  const [, major = 0, minor = 0] = /PgBouncer (\d+)\.(\d+)/.exec(said) ?? []
  return 100 * Number(major) + Number(minor)
}

/** Puts a PgBouncer before a Postgres, in transaction mode; `settings` are of pgbouncer.ini. Resolves with its URL. */
export async function startPgBouncer (t: Test, url: string, settings: Record<string, string> = {}): Promise<string> {
  if (PROGRAM === undefined) throw new Error('PgBouncer is not installed')
  const { hostname, port, username, password } = new URL(url)
  const folder = mkdtempSync(join(tmpdir(), 'lpp-pgbouncer-'))
  const file = join(folder, 'pgbouncer.ini')
  const mine = await freePort()
  const lines = Object.entries({
    listen_addr: '127.0.0.1',
    listen_port: String(mine),
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    max_client_conn: '500',
    ...settings
  }).map(([name, value]) => `${name} = ${value}`)
  writeFileSync(file, [
    '[databases]',
    `* = host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`,
    '[pgbouncer]',
    ...lines,
    ''
  ].join('\n'))
  for (const path of [folder, file]) chmodSync(path, 0o755) // read by another user: it does not run as root
  const isRoot = process.getuid?.() === 0
  const child = spawn(PROGRAM, [...(isRoot ? ['--user', 'nobody'] : []), file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-4000) })
  t.teardown(async () => {
    if (child.exitCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    if (!t.passing()) t.comment(said)
    rmSync(folder, { recursive: true, force: true })
  })
  await waitUntil('PgBouncer listens', async () => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${said}`)
    const socket = connect(mine, '127.0.0.1')
    return await once(socket, 'connect').then(() => true, () => false).finally(() => socket.destroy())
  })
  return Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(mine) }).href
}
