import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { startFolding } from '../../src/rollups/folding.ts'
import { foldPending, lockSeries } from '../../src/rollups/fold.ts'
import { EVENT_ROLLUPS, OF_EVENTS } from '../../src/rollups/dimensions.ts'
import { findDifferences } from '../../src/rollups/index.ts'
import { PENDING_ARRAYS, rowColumns } from '../../src/rollups/sql.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { skipOnCluster } from '../support/cluster.ts'
import { waitUntil } from '../support/wait-until.ts'

const EVENT_COLUMNS = rowColumns(OF_EVENTS)

t.test('folding while events come in and go changes no sum', async (t) => {
  const { app, database: { pool }, catalogue: { directory } } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin', 'renew-library-item'] })
  const authorityId = directory.authorities.find(({ slug }) => slug === 'solihull')?.id ?? 0
  const series = ['report-missed-bin', 'renew-library-item'].map((name) => ({
    authorityId, serviceId: directory.services.find(({ slug }) => slug === name)?.id ?? 0, type: 1
  }))
  const event = (id: string, service: string) => ({
    id,
    authority: 'solihull',
    service,
    occurred_at: '2014-05-27T08:31:00+01:00',
    channel: 'web',
    ward: 'E05001286',
    street: 45203501
  })
  const writer = async (name: string): Promise<void> => {
    for (let i = 0; i < 20; i++) {
      await app.inject({
        method: 'POST',
        url: '/v1/events',
        headers,
        payload: [event(`${name}-${i}`, 'report-missed-bin'), event(`${name}-${i}b`, 'renew-library-item')]
      })
      if (i % 5 === 0) await app.inject({ method: 'DELETE', url: `/v1/events/${name}-${i}`, headers })
      if (i % 5 === 1) {
        await app.inject({
          method: 'POST',
          url: '/v1/events',
          headers,
          payload: [{ ...event(`${name}-${i}`, 'renew-library-item'), revision: 2 }]
        })
      }
    }
  }
  const fold = async (): Promise<void> =>
    await inTransaction(pool, async (client) => {
      await lockSeries(client, series)
      await foldPending(client, series)
    })
  const folder = async (): Promise<void> => {
    for (let i = 0; i < 15; i++) await fold()
  }
  await Promise.all([writer('a'), writer('b'), writer('c'), folder(), folder()])
  t.same(await findDifferences(pool, 10), [])
  await fold()
  t.same(await findDifferences(pool, 10), [])
  t.equal((await pool.query('SELECT FROM rollup_pending')).rowCount, 0)
  for (const { view, folded } of EVENT_ROLLUPS) {
    const { rows } = await pool.query(`SELECT events, count FROM ${view} ORDER BY service_id`)
    t.same(rows.map(({ events, count }) => [events, count]).sort(), [[36, 36], [72, 72]], `${view}: one row a cell`)
    t.same((await pool.query(`SELECT DISTINCT length(counts) + length(avoidable) AS more FROM ${folded}`)).rows, [{
      more: 0
    }], 'and nothing said twice')
  }
})

t.test('more than is folded at a time is folded whole where something is taken away', async (t) => {
  const { app, database: { pool } } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const headers = await testSource(app)
  const events = Array.from({ length: 700 }, (_, n) => ({
    id: String(n),
    authority: 'solihull',
    service: 'report-missed-bin',
    occurred_at: `2014-0${3 + n % 3}-27T08:31:00+01:00`,
    channel: n % 2 === 0 ? 'web' : 'email',
    count: n % 4,
    ward: 'E05001286',
    street: 45203501 + n % 5,
    avoidable: n % 7 === 0
  }))
  t.equal((await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })).statusCode, 200)
  await pool.query(`
    WITH gone AS (DELETE FROM rollup_pending RETURNING *)
    INSERT INTO rollup_pending SELECT gone.authority_id, gone.service_id, gone.type,
      ${PENDING_ARRAYS.map((_, i) => `ARRAY[event.${EVENT_COLUMNS[i + 3]}]`).join(', ')}
    FROM gone, unnest(${PENDING_ARRAYS.map((name) => `gone.${name}`).join(', ')})
      AS event(${EVENT_COLUMNS.slice(3).join(', ')})`)
  t.equal((await app.inject({ method: 'DELETE', url: '/v1/events/13', headers })).statusCode, 200)
  t.equal((await pool.query('SELECT FROM rollup_pending')).rowCount, 0)
  t.same(await findDifferences(pool, 10), [])
  t.same(
    (await pool.query('SELECT sum(events) AS events, sum(count) AS count, sum(avoidable) AS avoidable FROM rollup_ward_day'))
      .rows,
    [
      {
        events: 699,
        count: events.reduce((sum, { count }) => sum + count, -1),
        avoidable: events.reduce((sum, { avoidable, count }) => avoidable ? sum + count : sum, 0)
      }
    ]
  )
})

t.test('what is pending is read before it is folded, and never less than nothing', async (t) => {
  const { app, database: { pool } } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const headers = await testSource(app)
  const event = {
    id: 'a', authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00', count: 3
  }
  const pending = async () => (await pool.query('SELECT count(*) AS rows FROM rollup_pending')).rows[0].rows
  const value = async () =>
    (await app.inject('/v1/series?authority=solihull&service=report-missed-bin&period=day&start_on=2014-05-27&end_on=2014-05-27'))
      .json().data[0].values[0].value
  await app.inject({ method: 'POST', url: '/v1/events', headers, payload: event })
  t.equal(await pending(), 1)
  t.equal(await value(), 3)
  await app.inject({ method: 'DELETE', url: '/v1/events/a', headers })
  t.equal(await pending(), 0, 'what is taken away is folded at once')
  t.equal(await value(), null)
})

t.test('a series that cannot be folded holds up no other', async (t) => {
  const { app, database: { pool }, catalogue: { directory } } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const services = ['report-missed-bin', 'renew-library-item', 'pay-council-tax']
  const headers = await testSource(app, 'solihull/bartec', { services })
  const [first = 0, second = 0] = services.map((name) => directory.services.find(({ slug }) => slug === name)?.id)
  const pending = async () =>
    (await pool.query<{ id: number }>('SELECT DISTINCT service_id AS id FROM rollup_pending')).rows.map(({ id }) => id)
  const payload = services.map((service, i) => ({
    id: `f${i}`,
    authority: 'solihull',
    service,
    occurred_at: '2014-05-27T08:31:00+01:00'
  }))
  t.equal((await app.inject({ method: 'POST', url: '/v1/events', headers, payload })).statusCode, 200)
  // More than a sum can hold: of the first so much that it is a group of its own.
  await pool.query("UPDATE rollup_pending SET events = '{2147483647}' WHERE service_id = ANY ($1)", [[first, second]])
  for (const [service, copies] of [[first, 50_001], [second, 1]]) {
    await pool.query(
      'INSERT INTO rollup_pending SELECT p.* FROM rollup_pending AS p, generate_series(1, $2) WHERE service_id = $1',
      [service, copies]
    )
  }
  const errors: unknown[] = []
  const folding = startFolding({ pool, everyMs: 20, onError: (error) => errors.push(error) })
  await waitUntil('all is folded that can be', async () => errors.length >= 2 && (await pending()).length <= 2)
  await folding.close()
  t.same(
    new Set(await pending()), new Set([first, second]), 'the third is folded, which stood in a group with the second'
  )
  t.match(errors, [/out of range/, /out of range/], 'and each that is not is told')
})

t.test('who sends waits where folding has fallen far behind', async (t) => {
  const { app, database: { pool }, catalogue: { directory } } = await testApp(t, undefined, { foldEveryMs: 50 })
  const headers = await testSource(app)
  const series = {
    authorityId: directory.authorities.find(({ slug }) => slug === 'solihull')?.id ?? 0,
    serviceId: directory.services.find(({ slug }) => slug === 'report-missed-bin')?.id ?? 0,
    type: 1
  }
  const pending = async () => (await pool.query('SELECT count(*) AS rows FROM rollup_pending')).rows[0].rows
  const event = {
    id: 'a', authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00'
  }

  const holder = await pool.connect()
  await holder.query('BEGIN')
  await lockSeries(holder, [series])
  await pool.query(`INSERT INTO rollup_pending SELECT $1, $2, 1, ${PENDING_ARRAYS.map((name) =>
    name === 'local_days' ? "'{16216}'" : "'{1}'").join(', ')} FROM generate_series(1, 80000)`, [
    series.authorityId, series.serviceId
  ])
  const blocked = async () =>
    (await pool.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"))
      .rowCount !== 0
  while (!await blocked()) await wait(50)
  const answer = app.inject({ method: 'POST', url: '/v1/events', headers, payload: event })
  t.equal(await Promise.race([answer.then(() => 'answered'), wait(500).then(() => 'waiting')]), 'waiting')
  await holder.query('COMMIT')
  holder.release()
  t.equal((await answer).statusCode, 200)
  t.ok(await pending() < 80_000, 'after what was under way')
})

t.test('what folding adds to is looked up by key, though its statements were planned while nothing was there', async (t) => {
  if (skipOnCluster(t, 'a node plans each statement anew, and its counts of scans are seen there alone')) return
  const { app, database: { pool }, catalogue: { directory } } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const headers = await testSource(app)
  const series = {
    authorityId: directory.authorities.find(({ slug }) => slug === 'solihull')?.id ?? 0,
    serviceId: directory.services.find(({ slug }) => slug === 'report-missed-bin')?.id ?? 0,
    type: 1
  }
  const client = await pool.connect()
  const scans = async () => {
    await client.query('SELECT pg_stat_force_next_flush()')
    const { rows } = await client.query("SELECT sum(seq_scan) AS all, sum(idx_scan) AS by_key FROM pg_stat_user_tables WHERE relname LIKE 'rollup%folded'")
    return rows[0]
  }
  const before = await scans()
  for (let round = 0; round < 12; round++) {
    const events = Array.from({ length: 300 }, (_, n) => ({
      id: `${round}-${n}`,
      authority: 'solihull',
      service: 'report-missed-bin',
      occurred_at: `20${10 + n % 4}-0${1 + n % 9}-07T08:31:00+01:00`,
      street: 45203501 + n
    }))
    t.equal((await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })).statusCode, 200)
    await client.query('BEGIN')
    await lockSeries(client, [series])
    await foldPending(client, [series])
    await client.query('COMMIT')
  }
  const after = await scans()
  client.release()
  t.equal(after.all, before.all)
  t.ok(after.by_key > before.by_key, `${after.by_key}`)
})
