import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { openCatalogue } from '../catalogue/live.ts'
import { readConfig } from '../config.ts'
import { openDatabase } from '../postgres/database.ts'
import { openReleasing } from '../releases/releasing.ts'
import { sentenceOf } from '../sentence-of.ts'
import { databaseOf } from './database-of.ts'

/** `npm run release [-- --revision]`: publishes what is due of wards and streets, as the service does every day. */
async function main (): Promise<number> {
  const { values } = parseArgs({ options: { revision: { type: 'boolean', default: false } } })
  const logger = pino({ level: 'warn' }, pino.destination(2))
  const { connectionString, stop } = await databaseOf(readConfig())
  const database = openDatabase({
    connectionString, size: 2, onConnectionLost: (error) => logger.warn({ err: error }, 'lost a database connection')
  })
  const catalogue = await openCatalogue(database.db, Date.now)
  const releasing = openReleasing({ pool: database.pool, catalogue, clock: Date.now })
  try {
    const releases = await releasing.make({}, { by: 'command', revision: values.revision })
    for (const { authorityId, serviceId, upTo, cells, suppressed, notPublished } of releases) {
      const authority = catalogue.directory.authorityById.get(authorityId)?.slug ?? ''
      const service = catalogue.directory.serviceById.get(serviceId)?.slug ?? ''
      process.stdout.write(
        `${authority} ${service}: days before ${upTo}, ${cells} figures, ${suppressed} suppressed` +
          `${notPublished.map((one) => `; not audited in time: ${one}`).join('')}\n`
      )
    }
    process.stdout.write(`${releases.length} releases\n`)
    return 0
  } finally {
    await releasing.close()
    await database.close()
    await stop()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exitCode = 2
}
