import t from 'tap'
import { call, event, get, kpiUrl, observation, operator, put, send, seriesUrl, testSource } from '../support/builders.ts'
import { dayOf, formatDay } from '../../src/domain/calendar.ts'
import { openReplica } from '../../src/postgres/replica.ts'
import { MOST_LAG_MS, replicatedApp, startServers, type ReplicatedApp } from '../support/standby.ts'
import { startProxy } from '../support/proxy.ts'
import { waitUntil } from '../support/wait-until.ts'

const MAY = { period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }
const OF_MAY = seriesUrl(MAY)
const CURRENT = { 'cache-control': 'no-cache' }

/** Every address that the replica may answer. */
const ADDRESSES = [
  OF_MAY,
  seriesUrl({ ...MAY, format: 'csv' }),
  seriesUrl(MAY).replace('/series?', '/series.svg?'),
  kpiUrl('digital-take-up', MAY),
  kpiUrl('transactions', MAY).replace('/series?', '/series.svg?'),
  '/v1/kpis/transactions/comparison?service=report-missed-bin&period=month&start_on=2014-05-01',
  '/v1/kpis/transactions/comparison.svg?service=report-missed-bin&period=month&start_on=2014-05-01',
  '/v1/authorities/solihull',
  '/v1/authorities/solihull/services/report-missed-bin',
  '/v1/authorities/solihull/services/report-missed-bin/savings?period=month',
  '/v1/services/report-missed-bin/savings?period=month&authority=solihull',
  '/v1/feeds',
  '/data/solihull-report-missed-bin/transactions-by-channel?period=week&group_by=channel&collect=count:sum&duration=3',
  '/public/dashboards',
  '/public/dashboards?slug=solihull-report-missed-bin',
  '/data/service-aggregates/latest-dataset-values'
]

const valueOf = (body: { data: Array<{ values: Array<{ value: number | null }> }> }): number =>
  body.data[0]?.values[0]?.value ?? 0

t.test('a primary and a read replica', async (t) => {
  const servers = await startServers(t)
  const { primary, standby } = servers
  const world = await replicatedApp(t, servers)
  const { app, database, replica, stopwatch, caughtUp } = world
  const source = await testSource(app)
  await send(app, 'events', source, [
    event('a'), event('b', { channel: 'telephone-agent', count: 3 }), event('c', { ward: 'E05001286' })
  ])
  await send(app, 'observations', source, observation())
  await caughtUp()
  await get(app, OF_MAY) // the catalogue is new to the replica until now
  await caughtUp()
  const held = async (): Promise<void> => {
    await standby.ask('SELECT pg_wal_replay_pause()')
    await waitUntil('replay stands still', async () =>
      (await standby.ask<{ state: string }>('SELECT pg_get_wal_replay_pause_state() AS state'))[0]?.state === 'paused')
  }
  const goesOn = async (): Promise<void> => {
    await standby.ask('SELECT pg_wal_replay_resume()')
    await caughtUp()
  }

  await t.test('the public reads from the replica, and is told how old that may be', async (t) => {
    for (const url of ADDRESSES) {
      const current = await call(app, 'GET', url, CURRENT)
      t.equal(current.status, 200, url)
      t.notOk(current.headers['age'], 'not from the replica')
      stopwatch.now += 1
      const takenThere = t.capture(replica.pool, 'connect', replica.pool.connect.bind(replica.pool))
      const old = await call(app, 'GET', url)
      t.same([old.status, old.body], [200, current.body])
      t.match(old.headers['age'], /^[0-5]$/)
      t.match(old.headers['cache-control'], /^max-age=\d+, must-revalidate$/)
      t.ok(takenThere().length > 0, 'it is asked')
      const taken = t.capture(database.pool, 'connect', database.pool.connect.bind(database.pool))
      if (url.startsWith('/v1')) {
        // What the service does by itself now and then, it does on the primary.
        await waitUntil('the primary is not asked', async () => {
          taken()
          await call(app, 'GET', url)
          return taken().length === 0
        })
      }
      t.equal((await app.inject({ method: 'HEAD', url })).headers['cache-control'], old.headers['cache-control'])
      const { etag } = old.headers
      if (typeof etag === 'string') {
        const again = await call(app, 'GET', url, { 'if-none-match': etag })
        t.equal(again.status, 304)
        t.match(again.headers['age'], /^\d$/)
      }
    }
    t.match(await get(app, '/readyz'), { status: 'ok', replica: { in_use: true, lag_seconds: Number } })
    const metrics = (await call(app, 'GET', '/metrics', operator)).body
    t.match(metrics, /^lpp_replica_in_use 1$/m)
    t.match(metrics, /^lpp_replica_reads_total\{outcome="answered"\} [1-9]/m)
  })

  await t.test('what has another promise is read from the primary', async (t) => {
    for (const headers of [source, operator, { authorization: 'Bearer no-token' }, CURRENT, { 'cache-control': 'max-age=0' }]) {
      t.notOk((await call(app, 'GET', OF_MAY, headers)).headers['age'], JSON.stringify(headers))
    }
    await put(app, '/v1/data-sets/a/sums', { raw_queries_allowed: true })
    await get(app, OF_MAY)
    await caughtUp()
    t.notOk((await call(app, 'GET', '/data/a/sums')).headers['age'], 'records, which may be a download')
    t.ok((await call(app, 'GET', OF_MAY, { 'cache-control': 'max-age=60' })).headers['age'])
  })

  await t.test('while the replica stands still', async (t) => {
    await caughtUp()
    const before = valueOf(await get(app, OF_MAY))
    await held()
    await send(app, 'events', source, event('d'))
    t.equal(valueOf(await get(app, OF_MAY, source)), before + 1, 'a source reads what it just sent')
    t.equal(valueOf(await get(app, OF_MAY, CURRENT)), before + 1, 'so does whoever asks for what is current')
    stopwatch.now += MOST_LAG_MS - 100
    const old = await call(app, 'GET', OF_MAY)
    t.equal(valueOf(old.body), before, 'the public, what was within the lag')
    t.equal(old.headers['age'], '5')
    t.equal(old.headers['cache-control'], 'max-age=5, must-revalidate')
    stopwatch.now += 200
    const current = await call(app, 'GET', OF_MAY)
    t.equal(valueOf(current.body), before + 1, 'and then from the primary')
    t.same([current.headers['age'], current.headers['cache-control']], [undefined, 'no-cache'])
    t.match(await get(app, '/readyz'), { status: 'ok', replica: { in_use: false, why: 'it lags by more than 5 s' } })
    await goesOn()
    t.equal(valueOf(await get(app, OF_MAY)), before + 1)
    t.ok((await call(app, 'GET', OF_MAY)).headers['age'], 'the replica again')
  })

  await t.test('an embargo holds at once, and the replica answers again when it has caught up with it', async (t) => {
    const rule = '/v1/publication-rules/solihull/report-missed-bin/2014-05-01'
    t.match((await get(app, OF_MAY)).data[0].values[0], { status: 'ok' })
    await held()
    await put(app, rule, { audience: 'councils' })
    const hidden = await call(app, 'GET', OF_MAY)
    t.match(hidden.body.data[0].values[0], { value: null, status: 'not-yet' })
    t.notOk(hidden.headers['age'], 'rows are never older than the rules')
    await goesOn()
    t.match((await get(app, OF_MAY)).data[0].values[0], { value: null, status: 'not-yet' })
    t.ok((await call(app, 'GET', OF_MAY)).headers['age'])
    await call(app, 'DELETE', rule, operator)
    await get(app, OF_MAY)
    await caughtUp()
  })

  await t.test('a statement that replay cancels is run again on the primary', async (t) => {
    const lock = (table: string): string => `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`
    const client = await database.writers.connect()
    try {
      await client.query('BEGIN')
      await client.query(`${lock('rollup_pending')}; SELECT pg_current_xact_id()`)
      await primary.ask('SELECT pg_switch_wal()')
      const waits = async (mode: string): Promise<boolean> => (await standby.ask(
        `SELECT FROM pg_locks WHERE relation = 'rollup_pending'::regclass AND ${mode}`)).length > 0
      await waitUntil('the lock is replayed', async () => await waits("mode = 'AccessExclusiveLock'"))
      const answer = call(app, 'GET', seriesUrl({ ...MAY, period: 'week' }))
      await waitUntil('the answer waits for it', async () => await waits('NOT granted'))
      await client.query(lock('series_state')) // which the same statement has read-locked there
      await primary.ask('SELECT pg_switch_wal()')
      await waitUntil('the statement is cancelled', async () => !await waits('NOT granted'))
      await client.query('COMMIT')
      const { status, headers } = await answer
      t.same([status, headers['age']], [200, undefined])
      t.match((await call(app, 'GET', '/metrics', operator)).body, /^lpp_replica_reads_total\{outcome="failed"\} 1$/m)
    } finally {
      client.release()
    }
    await caughtUp()
  })

  await t.test('a replica that dies in the middle of requests fails none of them, and is used when it is back', async (t) => {
    await caughtUp()
    const { outcomes, stop } = readers(world, 6)
    await waitUntil('the replica answers', () => outcomes.filter(({ age }) => age !== undefined).length > 20)
    const { pid } = standby
    const before = pid()
    process.kill(before, 'SIGKILL')
    await waitUntil('it is not used', () => !replica.state().isInUse)
    await waitUntil('the primary answers', () => outcomes.at(-1)?.age === undefined)
    await waitUntil('it has started again', () => pid() !== before)
    await caughtUp()
    await waitUntil('it answers again', () => outcomes.at(-1)?.age !== undefined)
    await stop()
    t.same(outcomes.filter(({ status }) => status !== 200), [])
  })

  await t.test('behind an address of several servers it reads the one that it knows, or the primary', async (t) => {
    const target = { url: standby.url }
    const balancer = await startProxy(t, standby.url, () => target.url)
    const other = await replicatedApp(t, { primary, standby: { url: balancer.url } })
    await get(other.app, OF_MAY)
    await other.caughtUp()
    target.url = primary.url // for new connections
    for (let i = 0; i < 3; i++) {
      const { status, headers } = await call(other.app, 'GET', OF_MAY)
      t.same([status, headers['age']], [200, undefined])
    }
    t.equal(other.replica.pool.totalCount, 0, 'none is kept')
  })

  await t.test('where packets vanish nobody waits for longer than a look does', async (t) => {
    const network = await startProxy(t, standby.url)
    const other = await replicatedApp(t, { primary, standby: { url: network.url } })
    await get(other.app, OF_MAY)
    await other.caughtUp()
    t.ok((await call(other.app, 'GET', OF_MAY)).headers['age'])
    network.silence(true)
    const { status, headers } = await call(other.app, 'GET', OF_MAY) // whose connection is silent
    t.same([status, headers['age']], [200, undefined])
    network.mend()
    await other.caughtUp()
    t.ok((await call(other.app, 'GET', OF_MAY)).headers['age'])
  })

  await t.test('it is not used where it is not what it should be', async (t) => {
    const whyOf = async (connectionString: string, of = primary.url): Promise<string | undefined> => {
      const other = openReplica({
        primary: of, connectionString, size: 2, mostLagMs: MOST_LAG_MS, onConnectionLost: () => undefined, beatMs: 20
      })
      await waitUntil('it was looked at', () => other.state().why !== 'it was not reached yet')
      const [{ why }, age] = [other.state(), other.age()]
      await other.close()
      t.equal(age, undefined)
      return why
    }
    t.match(await whyOf(standby.url.replace(/\/\w+$/, '/postgres')), /another database/)
    t.match(await whyOf(primary.url), /no standby/)
    t.match(await whyOf(standby.url, process.env['TEST_DATABASE_URL']), /another server/)
    await primary.ask("CREATE ROLE plain LOGIN PASSWORD 'secret'")
    await caughtUp()
    const asPlain = ({ url }: { url: string }): string => url.replace(/\/\/.*@/, '//plain:secret@')
    const plain = openReplica({
      primary: asPlain(primary),
      connectionString: asPlain(standby),
      size: 2,
      mostLagMs: MOST_LAG_MS,
      onConnectionLost: () => undefined
    })
    await waitUntil('a user without rights may look', () => plain.state().isInUse)
    await plain.close()
    await primary.ask("CREATE ROLE somebody LOGIN SUPERUSER PASSWORD 'secret'")
    await caughtUp()
    t.match(await whyOf(standby.url.replace(/\/\/.*@/, '//somebody:secret@')), /another user/)
  })

  await t.test('a replica that was promoted, or stayed with the primary of before, is not used', async (t) => {
    const another = await servers.startAnother()
    await standby.ask('SELECT pg_promote()')
    await waitUntil('it is promoted', async () =>
      (await standby.ask<{ is: boolean }>('SELECT pg_is_in_recovery() AS is'))[0]?.is === false)
    await waitUntil('it is noticed', () => /no standby/.test(replica.state().why ?? ''))
    t.notOk((await call(app, 'GET', OF_MAY)).headers['age'])
    const after = await replicatedApp(t, { primary: standby, standby: another })
    await waitUntil('it is noticed there', () => /does not follow/.test(after.replica.state().why ?? ''))
    t.equal((await call(after.app, 'GET', OF_MAY)).status, 200)
  })
})

/** Clients who ask, one question after the other, for what nobody asked before. */
function readers ({ app }: ReplicatedApp, count: number) {
  const outcomes: Array<{ status: number, age: unknown }> = []
  const ending = new AbortController()
  const first = dayOf(2013, 1, 1)
  let asked = 0
  const reader = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const url = seriesUrl({ period: 'day', start_on: formatDay(first + asked++ % 365), end_on: '2014-05-31' })
      const answer = await call(app, 'GET', url)
      outcomes.push({ status: answer.status, age: answer.headers['age'] })
    }
  }
  const all = Promise.all(Array.from({ length: count }, reader))
  return {
    outcomes,
    stop: async () => {
      ending.abort()
      await all
    }
  }
}
