import { appendFileSync, existsSync } from 'node:fs'
import type { Receipt } from '../send/post.ts'
import { safeCsv } from '../send/safe-csv.ts'
import type { CollectedRow } from './database.ts'

const COLUMNS = ['refused_at', 'receipt', 'row', 'refused_code', 'refused_column', 'refused_reason']

/**
 * Adds the refused rows of a batch to a CSV: the next run does not read them again. The service keeps them as well,
 * with those past the first hundred of a batch.
 */
export function logRefused (file: string, rows: CollectedRow[], { receipt, errors }: Receipt): void {
  if (errors.length === 0) return
  const now = new Date().toISOString()
  const lines = errors.map(({ index, code, column, pointer, detail }) =>
    [now, receipt ?? '', JSON.stringify(rows[index]?.values ?? null), code, column ?? pointer, detail])
  appendFileSync(file, `${existsSync(file) ? '' : `\ufeff${safeCsv([COLUMNS])}`}${safeCsv(lines)}`, { mode: 0o600 })
}
