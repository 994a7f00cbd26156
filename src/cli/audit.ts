import { parseArgs } from 'node:util'
import { verifyAudit } from '../catalogue/audit-chain.ts'
import { readConfig } from '../config.ts'
import { sentenceOf } from '../sentence-of.ts'
import { withDatabase } from './database-of.ts'

const USAGE = 'usage: npm run audit -- verify [--last <hash>]\n'

/** `npm run audit -- verify` (exit 1 if a line of the audit trail was changed, removed or added). */
async function main (): Promise<number> {
  const { values: { last }, positionals: [command] } = parseArgs({
    options: { last: { type: 'string' } }, allowPositionals: true
  })
  if (command !== 'verify' || (last !== undefined && !/^[0-9a-f]{64}$/.test(last))) {
    process.stderr.write(USAGE)
    return 2
  }
  return await withDatabase(readConfig(), 1, async (database) => {
    const verdict = await verifyAudit(database.db, last)
    if (verdict.fault !== undefined) process.stdout.write(`${verdict.fault}\n`)
    process.stdout.write(`${verdict.lines} lines are as they were written, last hash ${verdict.last}\n`)
    return verdict.fault === undefined ? 0 : 1
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exitCode = 2
}
