import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { findDifferences } from '../../src/rollups/verify.ts'
import { testDatabase } from '../support/app.ts'
import { ask } from '../support/ask.ts'
import { event, seriesUrl } from '../support/builders.ts'
import { startProcess, type RunningService } from '../support/process.ts'
import { waitUntil } from '../support/wait-until.ts'

const OPERATOR = 'operator-token-of-the-four'
const SOURCE = '/v1/sources/solihull/bartec'
const SERVICES = ['report-missed-bin', 'renew-library-item'] as const
const CHANNELS = ['web', 'paper', 'email'] as const
const [INSTANCES, SENDERS, SHARED] = [4, 8, 300]
/** Few are written in one statement, many by COPY. */
const [FEW, MANY] = [20, 150]
/** Batches that are acknowledged before the first kill, between the two, and after them. */
const PART = 80

/** What an event says follows from its revision alone: whatever is stored must be what was sent with it. */
const channelOf = (revision: number): string => CHANNELS[revision % CHANNELS.length] ?? 'web'
const version = (id: string, number: number, revision: number): object => event(id, {
  service: SERVICES[number % SERVICES.length],
  occurred_at: `2014-05-${String(20 + number % 5)}T08:31:00+01:00`,
  count: 1 + revision % 7,
  channel: channelOf(revision),
  revision
})

t.test('four processes write the same series and the same events, two of them are killed', async (t) => {
  const { connectionString, database: { pool } } = await testDatabase(t)
  const folder = mkdtempSync(join(tmpdir(), 'lpp-four-'))
  const services: RunningService[] = []
  t.teardown(async () => {
    for (const { child, end } of services) if (child.exitCode === null && child.signalCode === null) await end('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  })
  const env = { DATABASE_URL: connectionString, OPERATOR_TOKEN: OPERATOR, DATABASE_POOL_SIZE: '6' }
  for (let i = 0; i < INSTANCES; i++) services.push(await startProcess(join(folder, String(i)), env))
  const living = (): RunningService[] =>
    services.filter(({ child }) => child.exitCode === null && child.signalCode === null)
  const first = living()[0]?.url ?? ''
  await ask(first + SOURCE, 'PUT', OPERATOR, { services: SERVICES })
  const { body: { token } } = await ask(`${first}${SOURCE}/tokens`, 'POST', OPERATOR, {})
  for (const { url } of services) {
    await waitUntil('the token is known', async () => (await ask(`${url}/v1/events/none`, 'GET', token)).status === 404)
  }

  const newest = new Map<string, number>()
  const voided = new Set<string>()
  const wrong: string[] = []
  const stopping = new AbortController()
  let [revision, batches, random] = [1, 0, 12_345]
  const any = (below: number): number => {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor(random / 2 ** 31 * below)
  }
  // A sender as councils write them: asks until it is answered, the next instance where one does not answer.
  const insist = async (at: number, method: string, path: string, body?: unknown): Promise<any> => {
    for (let tries = at; ; tries++) {
      const instances = living()
      const instance = instances[tries % instances.length]
      const answer = await ask(`${instance?.url}${path}`, method, token, body).catch(() => undefined)
      if (answer !== undefined && answer.status < 300) return answer.body
      const isAway = answer === undefined || (answer.status === 503 && answer.again !== null)
      if (!isAway) {
        wrong.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`)
        return undefined
      }
      await wait(50)
    }
  }
  const send = async (at: number, events: object[]): Promise<void> => {
    const receipt = await insist(at, 'POST', '/v1/events?on_repeat=newest', events)
    const { stored = 0, duplicates = 0, revised = 0, older = 0 } = receipt ?? {}
    if (receipt !== undefined && stored + duplicates + revised + older !== events.length) {
      wrong.push(`a receipt for other rows than were sent: ${JSON.stringify(receipt)}`)
    }
    batches++
  }
  const sender = async (me: number): Promise<void> => {
    for (let n = 0; !stopping.signal.aborted; n++) {
      const mine = ++revision
      const numbers = new Set(Array.from({ length: n % 3 === 0 ? MANY : FEW }, () => any(SHARED)))
      const corrections = [...numbers].map((number) => version(`shared-${number}`, number, mine))
      for (const number of numbers) {
        newest.set(`shared-${number}`, Math.max(mine, newest.get(`shared-${number}`) ?? 0))
      }
      await send(me, corrections)
      if (any(3) === 0) await send(me + 1, corrections) // sent again elsewhere, as after an answer that was lost
      const own = Array.from({ length: n % 4 === 0 ? MANY : FEW }, (_, i) => version(`own-${me}-${n}-${i}`, i, mine))
      for (let i = 0; i < own.length; i++) newest.set(`own-${me}-${n}-${i}`, mine)
      await send(me, own)
      const taken = `own-${me}-${n}-0`
      voided.add(taken)
      await Promise.all([
        insist(me + 2, 'DELETE', `/v1/events/${taken}`),
        send(me + 3, own.slice(1)) // all of it but the one that is taken back
      ])
    }
  }
  const senders = Array.from({ length: SENDERS }, async (_, i) => await sender(i))
  const go = async (): Promise<void> => {
    const until = batches + PART
    const isEnough = (): boolean => batches >= until || wrong.length > 0
    while (!isEnough()) await wait(20)
  }
  for (const victim of [1, 2]) {
    await go()
    await services[victim]?.end('SIGKILL')
  }
  await go()
  stopping.abort()
  await Promise.all(senders)
  t.same(wrong, [], 'every answer was 200, or "try again"')

  const { rows } = await pool.query<{ id: string, revision: number, count: number, voided: boolean, channel: string }>(
    `SELECT event.id, revision, count, voided_at IS NOT NULL AS voided, channel.slug AS channel
    FROM event JOIN channel ON channel.id = channel_id`
  )
  const stored = new Map(rows.map(({ id, ...row }) => [id, row]))
  t.equal(stored.size, rows.length, 'each is there once')
  t.equal(stored.size, newest.size, 'and no other')
  const lost = [...newest].filter(([id, last]) => {
    const { revision, count, channel, voided: isVoided } = stored.get(id) ?? {}
    if (voided.has(id)) return isVoided !== true
    return isVoided !== false || revision !== last || count !== 1 + last % 7 || channel !== channelOf(last)
  })
  t.same(lost.map(([id, last]) => ({ id, last, stored: stored.get(id) })), [], 'each as it was sent last, or taken back')
  t.same(await findDifferences(pool, 10), [], 'rollups are the sums of what is stored')
  const sum = rows.filter(({ voided }) => !voided).reduce((all, { count }) => all + count, 0)
  for (const { url } of living()) {
    let answered = 0
    for (const service of SERVICES) {
      const { body } = await ask(
        url + seriesUrl({ service, period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }), 'GET', token
      )
      answered += body.data[0].values[0].value as number
    }
    t.equal(answered, sum, 'the living answer with them')
  }
  const { rows: [database] } = await pool.query<{ deadlocks: number }>(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()'
  )
  t.equal(database?.deadlocks, 0, 'Postgres saw no deadlock')
  t.comment(`${rows.length} events in ${batches} batches`)
})
