import closeWithGrace from 'close-with-grace'
import { pino } from 'pino'
import { ConfigError, readConfig, type Config } from './config.ts'
import { warmSchemas } from './domain/lazy-schema.ts'
import { startService } from './service.ts'
import { DirectoryInUse } from './store/embedded/directory-lock.ts'

const STOP_MS = 20_000
const LOG_BUFFER = 8192
const LOG_FLUSH_MS = 250

async function main (): Promise<void> {
  const config = readConfig()
  // A write per line would cost a single event more than parsing it; what is waiting is written when the process ends.
  const log = pino.destination({ dest: 2, minLength: LOG_BUFFER, periodicFlush: LOG_FLUSH_MS })
  process.on('exit', () => { log.flushSync() })
  const logger = pino({ level: config.logLevel, redact: ['req.headers.authorization'] }, log)
  const service = await startService(config, logger)
  closeWithGrace({ delay: STOP_MS, logger: false }, async ({ err }) => {
    if (err !== undefined) logger.fatal({ err }, 'stopping after an error')
    await service.stop()
  })
  const address = await service.app.listen({ host: config.host, port: config.port })
  announce(config, address, service.operatorTokenFile)
  setImmediate(warmSchemas)
}

// Standard output is for the person who started it; the log goes to standard error.
function announce (config: Config, address: string, operatorTokenFile: string | undefined): void {
  const token = operatorTokenFile ?? (config.operatorToken === undefined ? 'none: set OPERATOR_TOKEN to configure sources' : 'OPERATOR_TOKEN of the environment')
  process.stdout.write(`Local Performance Platform at ${address}\nAPI reference at ${address}/docs\nOperator token: ${token}\n`)
}

try {
  await main()
} catch (error) {
  const plain = error instanceof ConfigError || error instanceof DirectoryInUse || (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  process.stderr.write(plain ? `Cannot start: ${(error as Error).message}\n` : `Cannot start: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
  process.exit(1)
}
