import t, { type Test } from 'tap'
import { parseDay } from '../../src/domain/calendar.ts'
import { bandWithin } from '../../src/domain/durations.ts'
import { EVENT_TYPES } from '../../src/domain/event.ts'
import { eachDetail, findDifferences, finestDetailUnit, rebuildRollups } from '../../src/rollups/index.ts'
import type { DetailDimension, DetailQuestion } from '../../src/rollups/index.ts'
import { foldPending, lockSeries } from '../../src/rollups/fold.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { NEVER_MS, testApp, testSource, type TestApp } from '../support/app.ts'

const MEASURES = ['events', 'count', 'priced', 'amount', 'timed', 'duration'] as const
type Measures = Record<typeof MEASURES[number], number>
interface Sent {
  id: string,
  occurred_at: string,
  channel: string,
  count: number,
  ward?: string,
  street?: number,
  amount_pence?: number,
  duration_seconds?: number,
  attributes?: Record<string, string | boolean>
}

const REASONS = ['not-presented', 'contaminated', 'roadworks']
const DURATIONS = [undefined, 0, 1, 2, 3600, 432_000, 432_001, 400 * 86_400]

/** Events of May and June, each with some details or none. */
const events = (count: number, from = 0): Sent[] => Array.from({ length: count }, (_, i) => {
  const n = i + from
  const duration = DURATIONS[n % DURATIONS.length]
  return {
    id: `e${n}`,
    occurred_at: `2014-0${5 + n % 2}-${String(1 + n % 28).padStart(2, '0')}T12:00:00Z`,
    channel: n % 3 === 0 ? 'web' : 'telephone-agent',
    count: n % 4,
    ...(n % 2 === 0 && { ward: 'E05001286', street: 45203500 + n % 3 }),
    ...(n % 5 < 2 && { amount_pence: (n - 40) * 125 }),
    ...(duration !== undefined && { duration_seconds: duration }),
    ...(n % 7 < 4 && { attributes: { reason: REASONS[n % 3] ?? '', assisted: n % 2 === 0 } })
  }
})

async function world (t: Test) {
  const site = await testApp(t, '2014-07-10T12:00:00Z', { foldEveryMs: NEVER_MS })
  const headers = await testSource(site.app)
  const send = async (rows: object[], more: object = {}) => {
    const payload = rows.map((row) => ({ authority: 'solihull', service: 'report-missed-bin', ...row, ...more }))
    const answer = await site.app.inject({ method: 'POST', url: '/v1/events', headers, payload })
    t.equal(answer.statusCode, 200, answer.body.slice(0, 300))
  }
  const { directory } = site.catalogue
  const series = {
    authorityId: directory.authorities.find(({ slug }) => slug === 'solihull')?.id ?? 0,
    serviceId: directory.services.find(({ slug }) => slug === 'report-missed-bin')?.id ?? 0,
    type: EVENT_TYPES.transaction
  }
  const sums = async (question: Partial<DetailQuestion>): Promise<Record<string, Measures>> => {
    const { authorityId, ...rest } = series
    const dimensions = question.dimensions ?? []
    const found: Record<string, Measures> = {}
    await eachDetail(site.database.pool, {
      authorityIds: [authorityId],
      ...rest,
      from: parseDay('2014-05-01') ?? 0,
      before: parseDay('2014-07-01') ?? 0,
      attribute: '',
      dimensions,
      ...question
    }, (sum) => {
      const key = [sum.value, ...dimensions.map((name) => sum[name])].join(' ')
      const own = found[key] ??= { events: 0, count: 0, priced: 0, amount: 0, timed: 0, duration: 0 }
      for (const name of MEASURES) own[name] += sum[name]
    })
    return Object.fromEntries(Object.entries(found).filter(([, { events }]) => events > 0))
  }
  return { ...site, headers, send, series, sums }
}

type KeyOf = (event: Sent) => Array<string | number>

/** The same from what was sent. */
function plain (sent: readonly Sent[], attribute: string, keyOf: KeyOf) {
  const found: Record<string, Measures> = {}
  for (const event of sent) {
    const { amount_pence: amount, duration_seconds: duration, count, attributes = {} } = event
    const value = attribute === '' ? '' : attributes[attribute]
    if (value === undefined || (attribute === '' && amount === undefined && duration === undefined)) continue
    const own = found[[String(value), ...keyOf(event)].join(' ')] ??=
      { events: 0, count: 0, priced: 0, amount: 0, timed: 0, duration: 0 }
    own.events++
    own.count += count
    if (amount !== undefined) own.priced += count
    own.amount += amount ?? 0
    if (duration !== undefined) own.timed += count
    own.duration += (duration ?? 0) * count
  }
  return found
}

const ALL = ['', 'reason', 'assisted', 'container']

type World = Awaited<ReturnType<typeof world>>

async function checkAll (t: Test, { sums, catalogue: { directory } }: World, sent: readonly Sent[]) {
  const channelOf = ({ channel }: Sent): number => directory.channels.find(({ slug }) => slug === channel)?.id ?? 0
  for (const attribute of ALL) {
    const same = async (name: string, dimensions: DetailDimension[], keyOf: KeyOf) => {
      t.strictSame(await sums({ attribute, dimensions }), plain(sent, attribute, keyOf), `${attribute} by ${name}`)
    }
    await same('nothing', [], () => [])
    await same('channel', ['channel'], (event) => [channelOf(event)])
    await same('street', ['street'], ({ street = 0 }) => [street])
    const bands = await sums({ attribute, dimensions: ['band'] })
    for (const [key, { timed, duration }] of Object.entries(bands)) {
      if (key.endsWith(' 0')) t.strictSame([timed, duration], [0, 0], 'no band, no duration')
    }
    t.equal(
      Object.values(bands).reduce((sum, { duration }) => sum + duration, 0),
      Object.values(plain(sent, attribute, () => [])).reduce((sum, { duration }) => sum + duration, 0)
    )
  }
  const within = bandWithin(432_000) ?? 0
  let [inTime, late] = [0, 0]
  for (const [key, { count }] of Object.entries(await sums({ dimensions: ['band'] }))) {
    const band = Number(key.trim())
    if (band > 0 && band <= within) inTime += count
    if (band > within) late += count
  }
  const counts = (of: (seconds: number) => boolean): number =>
    sent.reduce((sum, { count, duration_seconds: took }) => took !== undefined && of(took) ? sum + count : sum, 0)
  t.strictSame([inTime, late], [counts((seconds) => seconds <= 432_000), counts((seconds) => seconds > 432_000)])
  if (sent.some(({ duration_seconds: seconds }) => seconds === 0)) {
    t.ok((await sums({ dimensions: ['band'] }))[' 1'], 'a duration of 0 is in the first band')
  }
}

const fold = async ({ database: { pool } }: TestApp, series: World['series']) => {
  await inTransaction(pool, async (client) => {
    await lockSeries(client, [series])
    await foldPending(client, [series])
  })
}

t.test('details are summed as they were sent: one by one, by batch, pending, folded, revised, voided', async (t) => {
  const site = await world(t)
  const { send, app, headers, database: { pool } } = site
  const none = async () => (await pool.query('SELECT FROM rollup_pending_detail')).rowCount
  await send([{ id: 'bare', occurred_at: '2014-05-27T08:31:00+01:00' }])
  t.equal(await none(), 0, 'an event without details writes none')
  let sent = events(30)
  for (const one of sent.slice(0, 10)) await send([one])
  await send(sent.slice(10))
  await checkAll(t, site, sent)
  sent = [...sent, ...events(400, 30)]
  await send(sent.slice(30)) // by COPY
  await checkAll(t, site, sent)
  t.same(await findDifferences(pool, 10), [])
  await fold(site, site.series)
  t.equal(await none(), 0)
  await checkAll(t, site, sent)
  // What was said before goes, whether it is pending or folded.
  const other = events(9, 5000).map((one, i) => ({ ...one, id: `e${i}` }))
  await send(other, { revision: 2 })
  for (const id of ['e20', 'e21', 'e22', 'e23', 'e24']) {
    t.equal((await app.inject({ method: 'DELETE', url: `/v1/events/${id}`, headers })).statusCode, 200)
  }
  sent = [...other, ...sent.slice(9).filter(({ id }) => !/^e2[0-4]$/.test(id))]
  await checkAll(t, site, sent)
  t.same(await findDifferences(pool, 10), [])
  const late = events(20, 9000)
  await send(late)
  await inTransaction(pool, rebuildRollups)
  await checkAll(t, site, [...sent, ...late]) // what was pending is in what was made anew
})

t.test('verify finds what is wrong in any sum of details, and rebuild repairs it', async (t) => {
  const site = await world(t)
  const { send, database: { pool }, sums } = site
  await send(events(60))
  await fold(site, site.series)
  for (const table of ['rollup_detail_day_folded', 'rollup_detail_street_month_folded']) {
    for (const column of ['amounts', 'durations', 'priced', 'timed']) {
      const { rows: [row] } = await pool.query(
        `SELECT ctid::text AS at, ${column} AS bytes FROM ${table} WHERE length(${column}) > 0 LIMIT 1`
      )
      const wrong = Buffer.from(row.bytes as Buffer)
      wrong.writeBigInt64BE(wrong.readBigInt64BE(0) + 1n)
      await pool.query(`UPDATE ${table} SET ${column} = $1 WHERE ctid = $2::tid`, [wrong, row.at])
      const [difference, ...more] = await findDifferences(pool, 10)
      t.equal(`${difference?.rollup}_folded`, table)
      t.equal(more.length, 0)
      await inTransaction(pool, rebuildRollups)
      t.same(await findDifferences(pool, 10), [])
    }
  }
  t.strictSame(await sums({ attribute: 'reason' }), plain(events(60), 'reason', () => []))
})

t.test('what is not kept together is not asked for', async (t) => {
  const { sums } = await world(t)
  t.equal(finestDetailUnit(['channel', 'band', 'outcome']), 'day')
  t.equal(finestDetailUnit(['ward', 'street', 'outcome']), 'month')
  t.equal(finestDetailUnit(['ward', 'channel']), undefined)
  await t.rejects(sums({ dimensions: ['ward', 'band'] }), RangeError)
})

t.test('only some values, channels and days', async (t) => {
  const { send, sums, catalogue: { directory } } = await world(t)
  const sent = events(120)
  await send(sent)
  const web = directory.channels.find(({ slug }) => slug === 'web')?.id ?? 0
  t.strictSame(
    await sums({
      attribute: 'reason', values: ['roadworks', 'no-such'], filters: { channel: [web] }, from: parseDay('2014-06-01') ?? 0
    }),
    plain(sent.filter(({ attributes, channel, occurred_at: at }) =>
      attributes?.['reason'] === 'roadworks' && channel === 'web' && at >= '2014-06'), 'reason', () => [])
  )
})
