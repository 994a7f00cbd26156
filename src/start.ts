import closeWithGrace from 'close-with-grace'
import { pino } from 'pino'
import { ConfigError, readConfig, type Config } from './config.ts'
import { serializeError } from './log-errors.ts'
import { startService } from './service.ts'
import { DirectoryInUse } from './embedded-postgres/directory-lock.ts'
import { ForeignSchema } from './postgres/foreign-schema.ts'
import { MigrationFailed } from './postgres/migration-failed.ts'

const STOP_MS = 20_000
const LOG_BUFFER = 16_000 // as much as sonic-boom writes at once
const LOG_FLUSH_MS = 250

async function main (): Promise<void> {
  const config = readConfig()
  // A write per line would cost a single event more than parsing it; what is waiting is written when the process ends.
  const log = pino.destination({ dest: 2, minLength: LOG_BUFFER, periodicFlush: LOG_FLUSH_MS })
  process.on('exit', () => {
    log.flushSync()
  })
  const logger = pino({ level: config.logLevel, redact: ['req.headers.authorization'], serializers: { err: serializeError } }, log)
  const starting = startService(config, logger)
  let stopped = false
  const isStopped = (): boolean => stopped
  closeWithGrace({ delay: STOP_MS, logger: false }, async ({ err }) => {
    if (err !== undefined) logger.fatal({ err }, 'stopping after an error')
    stopped = true
    await (await starting).stop()
  })
  const service = await starting
  if (isStopped()) return
  try {
    const address = await service.app.listen({ host: config.host, port: config.port })
    announce(config, address, service.operatorTokenFile)
  } catch (error) {
    if (isStopped()) return
    await service.stop()
    throw error
  }
}

// Standard output is for the person who started it; the log goes to standard error.
function announce (config: Config, address: string, operatorTokenFile: string | undefined): void {
  const token = operatorTokenFile ??
    (config.operatorToken === undefined
      ? 'none: set OPERATOR_TOKEN to configure sources'
      : 'OPERATOR_TOKEN of the environment')
  process.stdout
    .write(`Local Performance Platform at ${address}\nAPI reference at ${address}/docs\nOperator token: ${token}\n`)
}

// What whoever starts it can mend is told without a stack; a system's error says itself what it could not do.
async function reasonOf (error: unknown): Promise<string> {
  if (!(error instanceof Error)) return String(error)
  const { code, syscall, message, stack } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `${message}; set PORT to another port, or to 0 for a free one`
  const mendable = [ConfigError, DirectoryInUse, ForeignSchema, MigrationFailed].some((kind) => error instanceof kind)
  if (mendable || syscall !== undefined) return message
  // Loaded here alone: the client of Postgres is not needed before Postgres is on its way.
  const { isDatabaseUnavailable, reasonOf: reasonOfDatabase } = await import('./postgres/failures.ts')
  return isDatabaseUnavailable(error)
    ? `${reasonOfDatabase(error)}; see to the database and start again`
    : stack ?? message
}

try {
  await main()
} catch (error) {
  process.stderr.write(`Cannot start: ${await reasonOf(error)}\n`)
  process.exit(1)
}
