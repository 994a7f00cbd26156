import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { unlessGone, type Archive } from './archive.ts'
import { describe } from './description.ts'

/** Of the server that runs, or made anew by one that starts: their folders stay, empty. */
const EMPTIED =
  /^(pg_wal\/(?!archive_status\/$|summaries\/$)|(pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/).+/
const LEFT_OUT = /^postmaster\.(pid|opts)$|^backup_label|^tablespace_map|(^|\/)(pgsql_tmp|pg_internal\.init)/
/** Read last of all, as Postgres' manual has it for copies of any server. */
const CONTROL = 'global/pg_control'

/**
 * Copies the folder of a running Postgres, which goes on reading and writing (Postgres' manual, "Making a Base Backup
 * Using the Low Level API"). `client` must be a superuser's, and is used up.
 */
export async function copyFolder (client: pg.Client, data: string, archive: Archive): Promise<void> {
  const { rows: [server] } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version"
  )
  await describe(archive, 'folder', server?.version ?? 0)
  // Keeps the log of what is written meanwhile. Temporary: it ends with this connection, however that ends.
  await client.query("SELECT pg_create_physical_replication_slot('lpp_backup_' || pg_backend_pid(), true, true)")
  const { rows: [start] } = await client.query<{ wal: string }>(
    "SELECT pg_walfile_name(pg_backup_start('local-performance-platform', true)) AS wal"
  )
  for (const name of await everythingIn(data)) {
    if (name.endsWith('/')) await archive.folder(`postgres/${name}`)
    else await archive.file(`postgres/${name}`, join(data, name))
  }
  await archive.file(`postgres/${CONTROL}`, join(data, CONTROL))
  const { rows: [stop] } = await client.query<{ wal: string, label: string }>(
    'SELECT pg_walfile_name(lsn) AS wal, labelfile AS label FROM pg_backup_stop(false)'
  )
  if (start === undefined || stop === undefined) throw new Error('Postgres did not say where its log begins and ends')
  const log = (await readdir(join(data, 'pg_wal'))).filter((name) => name >= start.wal && name <= stop.wal).sort()
  for (const name of log) await archive.file(`postgres/pg_wal/${name}`, join(data, 'pg_wal', name))
  await archive.text('postgres/backup_label', stop.label)
}

// Folders end with a slash. What is gone by the time it is looked at was of no use: the log tells of it.
async function everythingIn (data: string, below = ''): Promise<string[]> {
  const found = await readdir(join(data, below), { withFileTypes: true }).catch(unlessGone)
  const names: string[] = []
  for (const one of found ?? []) {
    const name = `${below}${one.name}${one.isDirectory() ? '/' : ''}`
    if (EMPTIED.test(name) || LEFT_OUT.test(name) || name === CONTROL) continue
    names.push(name)
    if (one.isDirectory()) names.push(...await everythingIn(data, name))
  }
  return names
}
