import { parseArgs } from 'node:util'
import { Presets, SingleBar } from 'cli-progress'
import { ConfigError, readConfig } from '../config.ts'
import { formatDay, localDay } from '../domain/calendar.ts'
import { addressesOf, unanswered } from './demo/addresses.ts'
import { answers, becomesReady, clientOf, Refused, Unreachable } from './demo/client.ts'
import { DEMO_MONTHS, demoDays } from './demo/days.ts'
import { loadHistoricDashboards } from './demo/historic-dashboards.ts'
import { putNotes } from './demo/notes.ts'
import { findOperatorToken, HOW_TO_GIVE_A_TOKEN } from './demo/operator-token.ts'
import { makeForReference } from './demo/reference.ts'
import { sendDemo } from './demo/send.ts'

const DEFAULT_PORT = 3000

/** `npm run demo [-- --url http://host:port --data-dir folder --months 30]`: invented figures, into a service. */
async function main (): Promise<number> {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, 'data-dir': { type: 'string' }, months: { type: 'string' } }
  })
  const config = readConfig()
  const months = Number(values.months ?? DEMO_MONTHS)
  if (!Number.isInteger(months) || months < 1) return fail('--months is a whole number of months before this one.')
  const port = config.port === 0 ? DEFAULT_PORT : config.port
  const base = (values.url ?? `http://127.0.0.1:${port}`).replace(/\/+$/, '')
  if (!await answers(base)) {
    return fail(
      `No service answers at ${base}. Start one with \`npm start\` in another terminal, ` +
        'or say where it is: npm run demo -- --url http://host:port'
    )
  }
  if (!await becomesReady(base)) {
    return fail(`The service at ${base} is not ready: ${base}/readyz says what it waits for.`)
  }
  const dataDir = values['data-dir'] ?? config.dataDir
  const operatorToken = findOperatorToken(config.operatorToken, dataDir)
  if (operatorToken === undefined) return fail(`No operator token in ${dataDir}. ${HOW_TO_GIVE_A_TOKEN}`)

  const now = Date.now()
  const days = demoDays(localDay(now), months)
  const client = clientOf(base)
  const bar = new SingleBar({
    format: 'Sending |{bar}| {percentage}% {value} of {total} rows, {eta_formatted} left',
    noTTYOutput: true,
    notTTYSchedule: 5000
  }, Presets.shades_classic)
  try {
    const sent = await sendDemo({
      client,
      operatorToken,
      days,
      onProgress: (done, total) => {
        if (done === 0) bar.start(total, 0)
        else bar.update(done)
      }
    })
    bar.stop()
    const notes = await putNotes(client, operatorToken, days)
    await makeForReference(client, operatorToken)
    const historic = await loadHistoricDashboards({ client, operatorToken, now })
    process.stdout.write('Releasing wards and streets, as the service does every morning …\n')
    await client.request('POST', '/v1/releases', operatorToken, {})
    process.stdout.write(
      `Days ${formatDay(days.start)} to ${formatDay(days.end - 1)}: ${sent.events} events and ${sent.observations} ` +
        `figures stored, ${sent.corrections} corrected; ${sent.already} rows were there already and count once.\n` +
        `Notes: ${notes.join(', ')}. Dashboards of 2014: ${historic.slugs.join(', ')}.\n\nWorth opening:\n\n`
    )
    const addresses = addressesOf(days)
    const failed = await unanswered(base, addresses)
    for (const { path, shows } of addresses) process.stdout.write(`${shows}\n  ${base}${path}\n`)
    return failed.length === 0 ? 0 : fail(`\nThese do not answer:\n${failed.join('\n')}`)
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
