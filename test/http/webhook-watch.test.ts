import t, { type Test } from 'tap'
import { NEVER_MS, testApp, type TestApp } from '../support/app.ts'
import { call, event, get, put, send, testSource } from '../support/builders.ts'
import { receiver, type Got } from '../support/receiver.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10)

interface World extends TestApp { source: Record<string, string>, got: Got[], told: () => Promise<Got[]> }

/** A webhook for what happens, and `told`: the messages that have come since, after a look. */
async function watched (t: Test, events: string[], more: object = {}): Promise<World> {
  const world = await testApp(t, '2014-05-01T12:00:00Z', {
    foldEveryMs: NEVER_MS, webhooks: { networks: ['127.0.0.0/8'] }
  })
  const { app } = world
  const source = await testSource(app)
  const { url, got } = await receiver(t)
  await put(app, '/v1/webhooks/alerts', { url, events, ...more })
  let seen = 0
  const told = async (): Promise<Got[]> => {
    for (let look = 0; look < 5; look++) await app.webhooks.watch.look() // feeds have every fifth
    await app.webhooks.deliveries.flush()
    const fresh = got.slice(seen)
    seen = got.length
    return fresh
  }
  return { ...world, source, got, told }
}

async function sendDay ({ app, clock, source }: World): Promise<void> {
  const day = dayOf(clock.now)
  await send(app, 'events', source, event(day, { occurred_at: `${day}T08:00:00Z` }))
  await app.intake.arrivals.flush()
}

t.test('a feed that is late is said once, and once that it came back', async (t) => {
  const world = await watched(t, ['feed.late', 'feed.recovered'])
  const { app, clock, told } = world
  for (let n = 0; n < 16; n++) {
    clock.now += DAY
    await sendDay(world)
  }
  t.same(await told(), [])
  clock.now += 3 * DAY
  const [late, ...others] = await told()
  t.same(others, [])
  t.match(late!.body, {
    type: 'feed.late',
    data: {
      authority: 'solihull',
      service: 'report-missed-bin',
      source: 'solihull/bartec',
      newest_day: '2014-05-17',
      days_late: 1,
      links: { feeds: '/v1/feeds?authority=solihull&service=report-missed-bin' }
    }
  })
  t.match((await get(app, late!.body.data.links.feeds)).data, [{ days_late: 1 }], 'the link leads there')
  clock.now += DAY
  t.same(await told(), [], 'said already')
  await sendDay(world)
  t.match(await told(), [{ body: { type: 'feed.recovered', data: { days_late: 0 } } }])
  clock.now += 5 * DAY
  t.match(await told(), [{ body: { type: 'feed.late' } }], 'and again the next time')
})

t.test('refused rows: one message an hour, with the codes and the receipt', async (t) => {
  const { app, clock, source, told } = await watched(t, ['batch.refused'], { authorities: ['solihull'] })
  const refuse = async (n: number) => await call(app, 'POST', '/v1/events', { ...source, prefer: 'handling=lenient' }, [
    event(`good${n}`, { occurred_at: '2014-04-20T08:00:00Z' }),
    event(`a${n}`, { occurred_at: '2014-04-20T08:00:00Z', ward: 'nowhere' }),
    event(`b${n}`, { occurred_at: '2014-04-20T08:00:00Z', channel: 'pigeon' })
  ])
  await refuse(1)
  clock.now += 60_000
  const { body: { receipt } } = await refuse(2)
  clock.now += 60_000
  const [message, ...others] = await told()
  t.same(others, [])
  t.match(message!.body, {
    type: 'batch.refused',
    data: {
      source: 'solihull/bartec',
      batches: 2,
      rows: 4,
      receipt,
      codes: { 'unknown-ward': 2, 'unknown-channel': 2 },
      links: { receipt: `/v1/receipts/${receipt}` }
    }
  })
  t.notMatch(message!.text, /nowhere|pigeon/, 'nothing of the rows')
  await refuse(3)
  clock.now += 30 * 60_000
  t.same(await told(), [], 'within the hour')
  clock.now += 31 * 60_000
  t.match(await told(), [{ body: { data: { batches: 1, rows: 2 } } }])
  clock.now += 2 * HOUR
  t.same(await told(), [])
})

t.test('a target that is missed: once, when the month is over', async (t) => {
  const { app, clock, source, told } = await watched(t, ['target.missed'])
  await put(app, '/v1/targets/digital-take-up/solihull/report-missed-bin/2014-04-01', { at_least: 80, source: 'Plan' })
  const rows = Array.from({ length: 30 }, (_, n) => [
    event(`w${n}`, { occurred_at: `2014-04-${String(n + 1).padStart(2, '0')}T08:00:00Z` }),
    event(`t${n}`, { occurred_at: `2014-04-${String(n + 1).padStart(2, '0')}T09:00:00Z`, channel: 'telephone-agent' })
  ]).flat()
  await send(app, 'events', source, rows)
  await app.intake.arrivals.flush()
  const messages = (await told()).filter(({ body: { data } }) => data.kpi === 'digital-take-up')
  t.match(messages.map(({ body }) => body), [{
    type: 'target.missed',
    data: {
      kpi: 'digital-take-up',
      authority: 'solihull',
      service: 'report-missed-bin',
      period: 'month',
      start_on: '2014-04-01',
      end_on: '2014-04-30'
    }
  }])
  t.notOk('value' in messages[0]!.body.data, 'thin')
  const { data: [series] } = await get(app, messages[0]!.body.data.links.series)
  t.match(series.values, [{ value: 50, met: false }])
  clock.now += DAY
  t.same(await told(), [])
})

t.test('nothing is looked for where nobody asks', async (t) => {
  const world = await watched(t, ['release.made'])
  await sendDay(world)
  t.same(await world.told(), [])
  const { rows } = await world.database.pool.query('SELECT FROM webhook_said')
  t.equal(rows.length, 0)
})
