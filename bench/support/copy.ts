import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COPY_COLUMNS } from './shape.ts'
import type { Site } from './site.ts'

/**
 * The limit: psql copying the same events into a table like `event` with the primary key and (authority, service,
 * time).
 */
export async function prepareCopyTable ({ database: { pool } }: Site): Promise<void> {
  await pool.query(`
    CREATE TABLE copied (LIKE event INCLUDING DEFAULTS);
    ALTER TABLE copied ADD PRIMARY KEY (owner_id, source_id, id);
    CREATE INDEX ON copied (authority_id, service_id, occurred_at)`)
}

/** Seconds that it took. The lines lie in a file before the clock starts. */
export async function copy ({ databaseUrl }: Site, lines: string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'lpp-copy-'))
  const file = join(folder, 'lines')
  writeFileSync(file, lines.join(''))
  try {
    const started = performance.now()
    const psql = spawn('psql', [
      '-q',
      '-X',
      '-v',
      'ON_ERROR_STOP=1',
      databaseUrl,
      '-c',
      `\\copy copied (${COPY_COLUMNS}) FROM '${file}'`
    ], { stdio: ['ignore', 'inherit', 'inherit'] })
    const code = await new Promise((resolve, reject) => psql.once('error', reject).once('close', resolve))
    if (code !== 0) throw new Error(`psql ended with ${String(code)}`)
    return (performance.now() - started) / 1000
  } finally {
    rmSync(folder, { recursive: true })
  }
}
