import { openCatalogue } from '../catalogue/live.ts'
import { readConfig } from '../config.ts'
import { retire } from '../retention/retire.ts'
import { sentenceOf } from '../sentence-of.ts'
import { withDatabase } from './database-of.ts'

/** `npm run retention`: removes what rules of retention have leave now, as the service does every night. */
async function main (): Promise<number> {
  return await withDatabase(readConfig(), 2, async (database) => {
    const { directory } = await openCatalogue(database.db, Date.now)
    const retired = await retire({ pool: database.pool, clock: Date.now }, 'command')
    if (retired === undefined) {
      process.stdout.write('another process removes raw rows just now; nothing to do here\n')
      return 0
    }
    for (const { authorityId, day, events, versions, receipts } of retired.finished) {
      if (events + versions + receipts === 0) continue
      const slug = directory.authorityById.get(authorityId)?.slug ?? ''
      process.stdout.write(
        `${slug}: closed before ${day}; ${events} events, ${versions} earlier versions, ${receipts} receipts removed\n`
      )
    }
    process.stdout.write(
      `${retired.moved} cut-offs moved; ${retired.events} events, ${retired.versions} earlier versions and ` +
        `${retired.receipts} receipts removed\n`
    )
    return 0
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exitCode = 2
}
