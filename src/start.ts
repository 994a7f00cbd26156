import closeWithGrace from 'close-with-grace'
import { pino } from 'pino'
import { ConfigError, readConfig, type Config } from './config.ts'
import { serializeError } from './log-errors.ts'
import { startService } from './service.ts'
import { DirectoryInUse } from './embedded-postgres/directory-lock.ts'
import { DirectoryUnusable } from './embedded-postgres/unusable.ts'
import { isDatabaseUnavailable, reasonOf as reasonOfDatabase } from './postgres/failures.ts'
import { ForeignSchema } from './postgres/foreign-schema.ts'
import { MigrationFailed } from './postgres/migration-failed.ts'

/** For the database to be closed once every request is answered or cut. */
const CLOSE_SECONDS = 30
const LOG_BUFFER = 16_000 // as much as sonic-boom writes at once
const LOG_FLUSH_MS = 250

async function main (): Promise<void> {
  const config = readConfig()
  // A write per line would cost a single event more than parsing it; what is waiting is written when the process ends.
  const log = pino.destination({ dest: 2, minLength: LOG_BUFFER, periodicFlush: LOG_FLUSH_MS })
  process.on('exit', () => {
    log.flushSync()
  })
  const serializers = { err: serializeError }
  const logger = pino({ level: config.logLevel, redact: ['req.headers.authorization'], serializers }, log)
  const aborting = new AbortController()
  const starting = startService(config, logger, aborting.signal)
  let [started, stopped] = [false, false]
  const isStopped = (): boolean => stopped
  closeWithGrace({ delay: (config.stopSeconds + CLOSE_SECONDS) * 1000, logger: false }, async ({ err }) => {
    if (err !== undefined) logger.fatal({ err }, 'stopping after an error')
    stopped = true
    if (!started) aborting.abort()
    const service = await starting.catch(() => undefined)
    const cut = await service?.stop() ?? 0
    if (cut > 0) throw new Error(`${cut} requests were cut`) // the exit code says so
  })
  const service = await starting.catch((error: unknown) => {
    if (!isStopped()) throw error
  })
  started = true
  if (service === undefined || isStopped()) return
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
function reasonOf (error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, syscall, message, stack } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `${message}; set PORT to another port, or to 0 for a free one`
  const mendable = [ConfigError, DirectoryInUse, DirectoryUnusable, ForeignSchema, MigrationFailed]
  if (mendable.some((kind) => error instanceof kind) || syscall !== undefined) return message
  return isDatabaseUnavailable(error)
    ? `${reasonOfDatabase(error)}; see to the database and start again`
    : stack ?? message
}

try {
  await main()
} catch (error) {
  process.stderr.write(`Cannot start: ${reasonOf(error)}\n`)
  process.exit(1)
}
