import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Presets, SingleBar } from 'cli-progress'
import { ConfigError, readConfig, type Config } from '../config.ts'
import { localDay } from '../domain/calendar.ts'
import { answers, clientOf, Refused, Unreachable } from './demo/client.ts'
import { loadHistoricDashboards } from './demo/historic-dashboards.ts'
import { linesWorthTrying, sendDemo } from './demo/run.ts'

const DAYS = 365
const DEFAULT_PORT = 3000

/** `npm run demo [-- --url http://host:port]`: a year of believable events of the pilot, into a running service. */
async function main (): Promise<number> {
  const { values } = parseArgs({ options: { url: { type: 'string' } } })
  const config = readConfig()
  const base = values.url ?? `http://127.0.0.1:${config.port === 0 ? DEFAULT_PORT : config.port}`
  if (!await answers(base)) {
    return fail(
      `No service answers at ${base}. Start one with \`npm start\` in another terminal, ` +
        'or say where it is: npm run demo -- --url http://host:port'
    )
  }
  const operatorToken = operatorTokenOf(config)
  if (operatorToken === undefined) {
    return fail(
      'No operator token: set OPERATOR_TOKEN, or DATA_DIR to the folder that the service uses ' +
        `(there is none in ${config.dataDir}).`
    )
  }

  const now = Date.now()
  const yesterday = localDay(now) - 1
  const client = clientOf(base)
  const bar = new SingleBar({
    format: 'Sending |{bar}| {percentage}% {value} of {total} events, {eta_formatted} left',
    noTTYOutput: true,
    notTTYSchedule: 5000
  }, Presets.shades_classic)
  try {
    const sent = await sendDemo({
      client,
      operatorToken,
      from: yesterday - DAYS + 1,
      to: yesterday,
      onProgress: (done, total) => {
        if (done === 0) bar.start(total, 0)
        else bar.update(done)
      }
    })
    bar.stop()
    // Wards and streets show by releases; the service makes them every morning, and the demo need not wait for it.
    await client.request('POST', '/v1/releases', operatorToken, {})
    const historic = await loadHistoricDashboards({ client, operatorToken, now })
    process.stdout.write(
      `${sent.stored} events stored, ${sent.duplicates} were there already; ` +
        `the dashboards of 2014: ${historic.slugs.join(', ')}. Try:\n\n${linesWorthTrying(base).join('\n')}\n`
    )
    return 0
  } catch (error) {
    bar.stop()
    if (error instanceof Refused || error instanceof Unreachable) {
      return fail(error instanceof Refused
        ? error.message
        : `The service at ${base} went away. Run the demo again: it goes on where it stopped.`)
    }
    throw error
  }
}

function operatorTokenOf ({ operatorToken, dataDir }: Config): string | undefined {
  const file = join(dataDir, 'operator-token')
  return operatorToken ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined)
}

function fail (why: string): number {
  process.stderr.write(`${why}\n`)
  return 1
}

try {
  process.exitCode = await main()
} catch (error) {
  // What whoever runs it can mend is told without a stack.
  if (!(error instanceof ConfigError) && (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') !== true) {
    throw error
  }
  process.exitCode = fail((error as Error).message)
}
