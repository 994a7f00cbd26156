import { setImmediate } from 'node:timers/promises'
import closeWithGrace from 'close-with-grace'
import { pino } from 'pino'
import { isStartedByNpm, readConfig, type Config } from './config.ts'
import { Door } from './http/door.ts'
import { serializeError } from './log-errors.ts'
import { sentenceOf } from './sentence-of.ts'
import { startService, type Service } from './service.ts'
import { VERSION } from './version.ts'

/** For the database to be closed once every request is answered or cut. */
const CLOSE_SECONDS = 30
const LOG_BUFFER = 16_000 // as much as sonic-boom writes at once
const LOG_FLUSH_MS = 250
const LOOK_FOR_NPM_MS = 500
/** Ctrl-C reaches this process twice by way of npm, which passes on what its child has got already. */
const ONE_SIGNAL_MS = 1000
/** What main.ts listens to. */
const SIGNALS = ['SIGTERM' as const, 'SIGINT' as const, 'SIGHUP' as const]

type OnSignal = (stop: (signal: NodeJS.Signals) => void) => void

/**
 * Starts the service, and ends the process where it cannot: with one line, in words and not in JSON, since a person
 * reads it, and every collector of logs takes it as it is. `onSignal` says who is told of signals from then on.
 */
export async function start (onSignal: OnSignal): Promise<void> {
  try {
    await run(onSignal)
  } catch (error) {
    // After what is left to log: it is the last line.
    process.on('exit', () => process.stderr.write(`Cannot start: ${sentenceOf(error)}\n`))
    process.exit(1)
  }
}

async function run (onSignal: OnSignal): Promise<void> {
  const began = performance.now()
  const config = readConfig()
  // A write per line would cost a single event more than parsing it; what is waiting is written when the process ends.
  const log = pino.destination({ dest: 2, minLength: LOG_BUFFER, periodicFlush: LOG_FLUSH_MS })
  process.on('exit', () => {
    log.flushSync()
  })
  const serializers = { err: serializeError }
  const logger = pino({ level: config.logLevel, redact: ['req.headers.authorization'], serializers }, log)
  const aborting = new AbortController()
  const door = new Door(config)
  let starting: Promise<Service> | undefined
  let [started, stopped] = [false, false]
  const isStopped = (): boolean => stopped
  const delay = (config.stopSeconds + CLOSE_SECONDS) * 1000
  const { close } = closeWithGrace({ delay, logger: false, skip: SIGNALS }, async ({ err }) => {
    if (err !== undefined) logger.fatal({ err }, 'stopping after an error')
    stopped = true
    if (!started) aborting.abort()
    const service = await starting?.catch(() => undefined)
    const cut = await service?.stop() ?? 0
    door.close()
    logger.info({ cut }, 'stopped')
    if (cut > 0) throw new Error(`${cut} requests were cut`) // the exit code says so
  })
  onSignal(firstOf((signal) => {
    logger.info({ signal }, 'stopping')
    close()
  }))
  if (isStartedByNpm()) endWithNpm()
  logger.info({ version: VERSION, node: process.version, role: config.role }, 'starting')
  try {
    // Before anything is changed: a port that is taken must not be found out after a migration.
    const address = await door.listen(config.host, config.port)
    logger.info({ address }, 'listening')
    await setImmediate() // to hear of a signal before anything is opened
    if (isStopped()) return
    starting = startService({ config, logger, door, signal: aborting.signal })
    const { operatorTokenFile } = await starting
    started = true
    if (isStopped()) return
    logger.info({ address, ms: Math.round(performance.now() - began) }, 'ready')
    announce(config, address, operatorTokenFile)
  } catch (error) {
    if (!isStopped()) throw error
  }
}

// A second signal ends the process at once.
function firstOf (close: (signal: NodeJS.Signals) => void): (signal: NodeJS.Signals) => void {
  const same = isStartedByNpm() ? ONE_SIGNAL_MS : 0
  let first: number | undefined
  return (signal) => {
    const now = performance.now()
    if (first !== undefined && now - first >= same) process.exit(1)
    if (first !== undefined) return
    first = now
    close(signal)
  }
}

// npm passes SIGTERM and SIGINT on, and SIGHUP and SIGKILL not.
function endWithNpm (): void {
  const npm = process.ppid
  setInterval(() => {
    if (process.ppid !== npm) process.kill(process.pid, 'SIGTERM')
  }, LOOK_FOR_NPM_MS).unref()
}

// Standard output is for the person who started it; the log goes to standard error.
function announce (config: Config, address: string, operatorTokenFile: string | undefined): void {
  const token = operatorTokenFile ??
    (config.operatorToken === undefined
      ? 'none: set OPERATOR_TOKEN, or make one with `npm run operator-token`'
      : 'OPERATOR_TOKEN of the environment')
  process.stdout
    .write(`Local Performance Platform at ${address}\nAPI reference at ${address}/docs\nOperator token: ${token}\n`)
}
