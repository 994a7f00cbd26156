import pg from 'pg'
import t, { type Test } from 'tap'
import { withinReach } from '../../src/catalogue/catalogue-change.ts'
import { known } from '../../src/catalogue/explain.ts'
import type { Principal } from '../../src/catalogue/principal.ts'
import { parseDay } from '../../src/domain/calendar.ts'
import { REQUEST_ROLE } from '../../src/postgres/request-role.ts'
import { OPEN_VIEWS, PROTECTED } from '../../src/postgres/row-level-security.ts'
import { inTransactionWithin, narrowed, narrowTo, within } from '../../src/postgres/scoped.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { testApp, testDatabase, NEVER_MS } from '../support/app.ts'
import {
  administratorOf, call, event, get, issueToken, observation, operator, put, release, send, testSource, type Headers
} from '../support/builders.ts'
import { forgetfulApp } from '../support/without-where.ts'

const [A, B] = ['solihull', 'birmingham']
const NOW = '2014-06-10T12:00:00Z'
const DATA = '/data/waste/collections'

/** Endpoints whose code picks one council's out of what it reads, or whose keys no two councils share. */
const PICKS = /^\/v1\/(receipts|authorities)\//

/** Tables with an authority that have no policy, and why. */
const UNPROTECTED: Record<string, string> = {
  comparator_group: 'says which councils are compared with one another, and holds nothing of theirs'
}

t.test('every table of an authority or a data set has a policy, and every view sees what its reader sees', async (t) => {
  const { database: { pool } } = await testDatabase(t)
  const { rows: tables } = await pool.query<{ name: string, secured: boolean, policies: number }>(`
    SELECT relname AS name, relrowsecurity AS secured, (
      SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid AND '${REQUEST_ROLE}'::regrole = ANY (polroles)
    ) AS policies
    FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace AND EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND NOT attisdropped
        AND attname IN ('authority_id', 'owner_id', 'source_id', 'data_set_id', 'authorities'))
    ORDER BY 1`)
  t.ok(tables.length > 30)
  for (const { name, secured, policies } of tables.filter(({ name }) => UNPROTECTED[name] === undefined)) {
    t.same([secured, policies], [true, 1], name)
  }
  const { rows: views } = await pool.query<{ name: string, options: string[] | null }>(`
    SELECT relname AS name, reloptions AS options FROM pg_class
    WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace`)
  t.ok(views.length >= 5)
  for (const { name, options } of views) {
    // Those of public figures are read with the rights of their owner: their readers have no other right.
    t.same(options, [OPEN_VIEWS.includes(name) ? 'security_barrier=true' : 'security_invoker=true'], name)
  }
})

/** Two councils with the same ids of events, figures, releases, notes; and a data set each. */
async function twoCouncils (t: Test) {
  const test = await testApp(t, NOW, { foldEveryMs: NEVER_MS })
  const { app, catalogue, database } = test
  const headers = new Map<string, Headers>()
  const authorityOf = (council: string) => known(catalogue.directory.authority(council), 'unknown-authority', council)
  for (const [council, times] of [[A, 1], [B, 7]] as const) {
    const own = await testSource(app, `${council}/crm`, { services: ['report-missed-bin'] })
    headers.set(council, own)
    const authority = council
    const day = parseDay('2014-05-27') ?? 0
    const wards = catalogue.directory.areasOf(authorityOf(council))
    const ward = wards.find(({ from, to }) => from <= day && day <= to)?.code
    await send(app, 'events', own, ['e1', 'e2', 'e3'].map((id) => event(id, {
      authority, ward, count: 20 * times, amount_pence: 5, occurred_at: '2014-05-27T08:31:00+01:00'
    })))
    await send(app, 'events', own, event('e2', { authority, ward, count: 30 * times, revision: 2 }))
    await send(app, 'events', own, event('e4', { authority, count: times, amount_pence: 5, outcome: 'failed' }))
    await send(app, 'observations', own, observation({ authority, value: 1000 * times }))
    await send(app, 'observations', own, observation({ authority, value: 2000 * times }))
    await put(app, '/v1/annotations', {
      authority, service: 'report-missed-bin', id: 'strike', start_on: '2014-05-26', note: `a strike in ${council}`
    })
    await release(app, { authority })
    await put(app, `/v1/data-sets/waste-${council}/collections`, { published: true, raw_queries_allowed: true, dimensions: ['kind'], measures: ['number'] })
    const { token } = await issueToken(app, `data-sets/waste-${council}/collections`)
    const { status } = await call(app, 'POST', DATA.replace('waste', `waste-${council}`), {
      authorization: `Bearer ${token}`
    }, [{ _id: 'r1', _timestamp: '2014-05-26T00:00:00+00:00', kind: council, number: times }])
    if (status !== 200) throw new Error(`${status}`)
  }
  return { ...test, headers, pool: database.pool, ids: { a: authorityOf(A).id, b: authorityOf(B).id } }
}

const MINE = 'group_by=channel&period=week&start_on=2014-05-26&end_on=2014-06-01'
const questions = (council: string): string[] => {
  const pair = `authority=${council}&service=report-missed-bin`
  return [
    `/v1/series?${pair}&${MINE}`,
    `/v1/series?${pair}&period=week&start_on=2014-05-26&end_on=2014-06-01&group_by=outcome`,
    `/v1/series?${pair}&period=week&start_on=2014-05-26&end_on=2014-06-01&group_by=ward`,
    `/v1/kpis/transactions/series?${pair}&period=week&start_on=2014-05-26&end_on=2014-06-01`,
    `/v1/kpis/missed-per-100000/series?${pair}&period=week&start_on=2014-05-26&end_on=2014-06-01`,
    `/v1/authorities/${council}`,
    `/v1/authorities/${council}/services/report-missed-bin?period=week`,
    `/v1/releases?authority=${council}`,
    `/v1/annotations?authority=${council}`,
    `/data/${council}-report-missed-bin/transactions-by-channel`,
    `/data/${council}-report-missed-bin/transactions-by-channel?filter_by=channel:web&period=week&collect=count:sum` +
      '&start_at=2014-05-26T00:00:00Z&end_at=2014-06-02T00:00:00Z',
    `/data/${council}-report-missed-bin/transactions-by-channel?period=week&group_by=channel&collect=count:sum` +
      '&start_at=2014-05-26T00:00:00Z&end_at=2014-06-02T00:00:00Z',
    DATA.replace('waste', `waste-${council}`),
    `${DATA.replace('waste', `waste-${council}`)}?group_by=kind&collect=number:sum`
  ]
}

t.test('no endpoint shows more where no statement says whose rows it is about', async (t) => {
  const { app, pool, connectionString, headers, clock } = await twoCouncils(t)
  const own = headers.get(A) ?? {}
  const receipt = (await call(app, 'POST', '/v1/events', own, event('e9', { authority: A }))).body.receipt
  const asked = [...questions(A), '/v1/events/e2', `/v1/receipts/${receipt}`]
  const answers = async (of: typeof app) =>
    await Promise.all(asked.map(async (url) => {
      const { status, body } = await call(of, 'GET', url, own)
      return [url, status, typeof body === 'string' ? body : JSON.stringify(body)] as const
    }))
  const right = await answers(app)
  for (const [url, status] of right) t.equal(status, 200, url)
  const forgetful = await forgetfulApp(t, connectionString, clock.now)
  const found = await answers(forgetful.app)
  for (const [i, answer] of found.entries()) t.same(answer, right[i], String(asked[i]))
  t.ok(forgetful.forgotten.size > 15, `${forgetful.forgotten.size} statements forgot their condition`)

  // The test could not fail if these statements told nothing without their condition.
  for (const { table } of PROTECTED) await pool.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`)
  const open = await forgetfulApp(t, connectionString, clock.now)
  const leaking = await answers(open.app)
  const alike = leaking.filter(([, , body], i) => body === right[i]?.[2]).map(([url]) => url)
  t.same(alike, asked.filter((url) => PICKS.test(url)), 'without policies all others differ')
})

t.test('revising, voiding and replacing touch nothing of others where no statement says whose rows it is about', async (t) => {
  const { app, pool, connectionString, headers, clock } = await twoCouncils(t)
  const ofB = async () => JSON.stringify([
    await Promise.all(['e1', 'e2', 'e3'].map(async (id) => await get(app, `/v1/events/${id}`, headers.get(B)))),
    await get(app, `/v1/observations/${B}/report-missed-bin/collections_made?period=week&start_on=2014-05-26`, headers.get(B))
  ])
  const before = await ofB()
  const own = headers.get(A) ?? {}
  const writeAsA = async (of: typeof app, revision: number) => {
    await call(of, 'DELETE', '/v1/events/e1', own)
    await call(of, 'POST', '/v1/events', own, event('e2', { authority: A, revision, count: revision }))
    await call(of, 'PUT', `/v1/observations/${A}/report-missed-bin/collections_made`, own, {
      period: 'week', start_on: '2014-05-26', revision, figures: []
    })
  }
  const forgetful = await forgetfulApp(t, connectionString, clock.now)
  await writeAsA(forgetful.app, 3)
  t.ok(forgetful.forgotten.size >= 4)
  t.equal(await ofB(), before)
  t.match(await get(app, '/v1/events/e1', own), { voided_at: String })

  for (const { table } of PROTECTED) await pool.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`)
  const open = await forgetfulApp(t, connectionString, clock.now)
  await writeAsA(open.app, 4)
  t.not(await ofB(), before, 'without policies the same statements reach the other council')
})

t.test('settings of an authority reach no other’s where no statement says whose they are', async (t) => {
  const { app, pool, connectionString, clock } = await twoCouncils(t)
  const [target, rule] = ['/report-missed-bin/2014-01-01', '/report-missed-bin/2014-01-01']
  for (const council of [A, B]) {
    await put(app, `/v1/targets/transactions/${council}${target}`, { at_least: 5, source: 'Cabinet' })
    await put(app, `/v1/publication-rules/${council}${rule}`, { audience: 'public' })
  }
  const readable = ['targets', 'publication-rules', 'annotations', 'sources'].map((list) => `/v1/${list}?authority=`)
  const ofB = async () =>
    JSON.stringify(await Promise.all(readable.map(async (url) => await get(app, `${url}${B}`, operator))))
  const before = await ofB()
  const own = await administratorOf(app, A)
  // As the same application's statements have it, but for the authority: the keys are alike otherwise.
  const changeAsA = async (of: typeof app) => {
    const changes = [
      await call(of, 'DELETE', `/v1/targets/transactions/${A}${target}`, own),
      await call(of, 'DELETE', `/v1/publication-rules/${A}${rule}`, own),
      await call(of, 'DELETE', `/v1/annotations/${A}/strike`, own),
      await call(of, 'PUT', `/v1/sources/${A}/crm`, own, { services: ['report-missed-bin'], channels: { net: 'web' } })
    ]
    return changes.map(({ status }) => status)
  }
  const forgetful = await forgetfulApp(t, connectionString, clock.now)
  t.same(await changeAsA(forgetful.app), [204, 204, 204, 200])
  t.ok(forgetful.forgotten.size >= 4, [...forgetful.forgotten].join('\n'))
  await app.inject('/v1/targets') // other processes hear of it in a moment; this one reads it anew
  t.equal(await ofB(), before)

  await put(app, `/v1/targets/transactions/${A}${target}`, { at_least: 5, source: 'Cabinet' })
  await put(app, `/v1/publication-rules/${A}${rule}`, { audience: 'public' })
  for (const { table } of PROTECTED) await pool.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`)
  const open = await forgetfulApp(t, connectionString, clock.now)
  await changeAsA(open.app)
  t.not(await ofB(), before, 'without policies the same statements reach the other council')
})

t.test('a change reaches the authority that it is about, or those of whoever makes it', async (t) => {
  const { database: { db }, ids: { a, b } } = await twoCouncils(t)
  const reach = async (principal: Principal, authorityId: number | null): Promise<number[]> =>
    await db.transaction().execute(async (trx) => await withinReach(trx, { principal }, { authorityId }, async () => {
      const rows = await trx.selectFrom('source').select('authority_id').distinct().orderBy('authority_id').execute()
      return rows.map((row) => row.authority_id)
    }))
  const both = [a, b].sort((one, other) => one - other)
  const operator: Principal = { kind: 'operator', tokenId: null }
  const administrator = (...authorities: number[]): Principal => ({ kind: 'administrator', tokenId: 'x', authorities })
  t.same(await reach(operator, null), both, 'what the operator changes for all')
  t.same(await reach(operator, b), [b])
  t.same(await reach(administrator(a, b), a), [a])
  t.same(await reach(administrator(a), null), [a])
  t.same(await reach(administrator(a, b), null), both)
  t.same(await reach({ kind: 'reader', tokenId: 'x', authorities: [a], scopes: [] }, null), [], 'who reads changes nothing')
})

t.test('each table shows and changes rows of the scope alone', async (t) => {
  const { pool, ids: { a, b } } = await twoCouncils(t)
  await fillTheRest(pool, a, b)
  const { rows: sets } = await pool.query<{ a: number, b: number }>(`
    SELECT min(id) FILTER (WHERE data_group LIKE '%${A}') AS a, min(id) FILTER (WHERE data_group LIKE '%${B}') AS b
    FROM data_set`)
  const [set = { a: 0, b: 0 }] = sets
  const { rows: [{ id: sourceOfB } = { id: 0 }] } =
    await pool.query<{ id: number }>('SELECT id FROM source WHERE authority_id = $1', [b])
  const scope = { authorityIds: [a], dataSetIds: [set.a] }
  const other = { authorityIds: [b], dataSetIds: [set.b] }
  for (const { table, may } of PROTECTED) {
    t.test(table, async (t) => {
      const columns = (await pool.query<{ name: string }>(
        'SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped',
        [table]
      )).rows.map(({ name }) => name)
      const owner = ['owner_id', 'authority_id', 'data_set_id', 'authorities', 'webhook_id'].find((name) => columns.includes(name)) ?? 'source_id'
      const seen = async (client: pg.ClientBase | pg.Pool) =>
        new Set((await client.query<{ row: string }>(`SELECT ${table}::text AS row FROM ${table}`)).rows.map(({ row }) => row))
      const [all, mine, theirs, nobodys] = await Promise.all([
        seen(pool), seen(within(pool, scope)), seen(within(pool, other)), seen(within(pool, {}))
      ])
      t.ok(mine.size > 0, 'the scope has rows')
      t.ok(theirs.size > 0, 'so has another')
      t.equal(nobodys.size, 0, 'no scope, no rows')
      t.same(mine.intersection(theirs), new Set())
      t.ok(mine.isSubsetOf(all))

      const changing = async (statement: string) => await inTransaction(pool, async (client) => {
        const changed = await narrowed(client, scope, async () => (await client.query(statement)).rowCount)
        const left = await seen(client)
        await client.query('ROLLBACK')
        return { changed, touched: [...theirs].filter((row) => !left.has(row)) }
      })
      const denied = { code: '42501' }
      if (may.includes('UPDATE')) {
        t.same(await changing(`UPDATE ${table} SET ${owner} = ${owner}`), { changed: mine.size, touched: [] })
        // A token is of one thing alone: a source's is given to a source.
        const given = table === 'token'
          ? `source_id = ${sourceOfB} WHERE source_id IS NOT NULL`
          : `${owner} = ${owner === 'data_set_id' ? set.b : owner === 'authorities' ? `'{${b}}'` : b}`
        await t.rejects(changing(`UPDATE ${table} SET ${given}`), denied, 'rows cannot be given away')
      } else await t.rejects(changing(`UPDATE ${table} SET ${owner} = ${owner}`), denied)
      if (may.includes('DELETE')) {
        t.same(await changing(`DELETE FROM ${table}`), { changed: mine.size, touched: [] })
      } else await t.rejects(changing(`DELETE FROM ${table}`), denied)
      if (may.includes('INSERT')) {
        await pool.query(`CREATE TABLE copy_of_${table} AS SELECT * FROM ${table} WHERE ${table}::text = ANY ($1)`, [[...theirs]])
        await pool.query(`GRANT SELECT ON copy_of_${table} TO ${REQUEST_ROLE}`)
        await t.rejects(
          changing(`INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM copy_of_${table}`), denied, 'nor made for others'
        )
      }
    })
  }
})

/** Rows of both councils in tables that the endpoints above leave empty. */
async function fillTheRest (pool: pg.Pool, a: number, b: number): Promise<void> {
  for (const id of [a, b]) {
    await pool.query(`
      INSERT INTO authoritative VALUES (${id}, 1, 1, '2014-01-01', 'events');
      INSERT INTO channel_class VALUES (${id}, 1, 1, '2014-01-01', 'digital', 'test');
      INSERT INTO unit_cost VALUES (${id}, 1, 'channel-shift', '2014-01-01', 100, 'test');
      INSERT INTO target VALUES ('transactions', ${id}, 1, '2014-01-01', 1, NULL, 'test', now());
      INSERT INTO neighbour VALUES (${id}, ${id === a ? b : a}, 1);
      INSERT INTO publication_rule VALUES (${id}, 0, '2014-01-01', NULL, 'public', NULL, now());
      INSERT INTO provision (authority_id, service_id, delivers, basis) VALUES (${id}, 2, 'yes', 'test')
        ON CONFLICT DO NOTHING;
      INSERT INTO disclosure_rule (authority_id, level, finest, delay_days, updated_at)
        VALUES (${id}, 'ward', 'week', 1, now());
      INSERT INTO dashboard (slug, body, published, created_at, updated_at, authority_id)
        VALUES ('d${id}', '{}', true, now(), now(), ${id});
      INSERT INTO proposal (kind, key, body, note, authority_id, proposed_by, proposed_at)
        VALUES ('kpi', 'k${id}', '{}', '', ${id}, 'test', now());
      INSERT INTO open_worked VALUES (${id}, 1, '', now());
      INSERT INTO open_series_row VALUES (${id}, 1, 'rating', 'day', 'total', '2014-01-01', '', '', '{1}', '{ok}');
      INSERT INTO open_kpi_row (authority_id, service_id, kpi, period, start_on, end_on, status)
        VALUES (${id}, 1, 'k', 'month', '2014-01-01', '2014-01-31', 'missing');
      INSERT INTO feed VALUES (${id}, 1, 1, 1, '2014-01-01', '2014-01-01');
      INSERT INTO feed_arrival VALUES (${id}, 1, 1, 1, '2014-01-01', '2014-01-01');
      INSERT INTO feed_rhythm VALUES (${id}, 1, 1, 'week', NULL, now());
      INSERT INTO webhook (name, url, types, authorities, enabled, secrets, created_at, updated_at)
        VALUES ('w${id}', 'https://example.org', '{}', '{${id}}', true, '[]', now(), now());
      INSERT INTO webhook_message (id, webhook_id, type, body, made_at)
        SELECT 'm', id, 'test', '{}', now() FROM webhook WHERE name = 'w${id}';
      INSERT INTO retention_rule VALUES (${id}, 24, false, now());
      INSERT INTO retention_cut_off (authority_id, cut_off, moved_at) VALUES (${id}, '2010-01-01', now());
      INSERT INTO erasure (authority_id, source_id, start_on, end_on, reason, may_be_sent_again, asked_by, asked_at)
        VALUES (${id}, 1, '2010-01-01', '2010-01-01', 'test', false, 'test', now());
      INSERT INTO mapping VALUES (${id}, 1, 'x', 1, '{}', now(), 'test');
      INSERT INTO erased_event VALUES (${id}, 1, '', 1);
      INSERT INTO rejection (owner_id, source_id, receipt_id, row_index, received_at, kind, form, errors)
        VALUES (${id}, 1, 1, 0, now(), 1, 1, '[]');
      INSERT INTO unmapped_word VALUES (now(), now(), 1, 1, 1, ${id}, 'channel', '', 'Fone');
      INSERT INTO observation_replacement VALUES (${id}, 1, 1, '2014-01-06', 1, '', 1);
      INSERT INTO data_set (data_group, data_type, name, published, queryable, raw_queries_allowed, realtime, auto_ids,
        dimensions, measures, authority_id, created_at, updated_at)
        VALUES ('g${id}', 't', 'n${id}', true, true, true, true, '{}', '{}', '{}', ${id}, now(), now())`)
  }
}

t.test('a scope ends with its transaction, however that ends', async (t) => {
  const { database: { pool }, connectionString } = await testDatabase(t)
  const one = new pg.Pool({ connectionString, max: 1 })
  const left = async () => {
    const { rows: [row] } = await one.query(`
      SELECT current_user = session_user AS own, current_setting('lpp.authorities', true) AS authorities,
        current_setting('transaction_read_only') AS read_only, pg_backend_pid() AS pid`)
    return row
  }
  const { pid } = await left()
  const nothing = { own: true, authorities: '', read_only: 'off', pid }
  const scope = { authorityIds: [1, 2] }
  t.same((await within(one, scope).query("SELECT current_user, current_setting('lpp.authorities') AS ids")).rows, [
    { current_user: REQUEST_ROLE, ids: '1,2' }
  ])
  t.same(await left(), nothing, 'after an answer')
  await t.rejects(within(one, scope).query('SELECT nothing'), { code: '42703' })
  t.same(await left(), nothing, 'after an error')
  await t.rejects(within(one, scope).query({ name: 'wrong', text: 'SELECT 1 / ($1::int)', values: [0] }), { code: '22012' })
  t.same(await left(), nothing, 'after an error of a prepared statement')
  t.same((await within(one, scope).query({ name: 'wrong', text: 'SELECT 1 / ($1::int) AS n', values: [1] })
    .catch((error: unknown) => (error as Error).message)), "Prepared statements must be unique - 'wrong' was used for a different statement")
  t.same(await left(), nothing, 'after one that was never sent')
  await t.rejects(within(one, scope).query('DELETE FROM event'), { code: '25006' }, 'reading is all that it may')

  const cancelled = within(one, scope).query('SELECT pg_sleep(60)')
  const rejected = t.rejects(cancelled, { code: '57014' })
  let there = false
  while (!there) {
    there = (await pool.query(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'", [pid]
    )).rowCount === 1
  }
  await rejected
  t.same(await left(), nothing, 'after it was cancelled')

  await t.rejects(inTransactionWithin(one, scope, async () => { throw new Error('no') }), { message: 'no' })
  t.same(await left(), nothing, 'after a transaction that was rolled back')
  await inTransaction(one, async (client) => {
    await narrowed(client, scope, async () => {
      await t.rejects(client.query('COPY event (id) FROM STDIN'), 'no COPY within a scope')
    }).catch(() => undefined)
  }).catch(() => undefined)
  t.same(await left(), nothing)
  const answers = await Promise.all([[1], [2], [1, 2], []].map(async (authorityIds) => {
    const { rows: [row] } = await within(pool, { authorityIds }).query("SELECT current_setting('lpp.authorities') AS ids")
    return row.ids
  }))
  t.same(answers, ['1', '2', '1,2', ''], 'side by side')
  await one.end()
})

t.test('nothing but numbers comes into the text of a scope', async (t) => {
  for (const id of ["1'; RESET ROLE; --", 1.5, NaN, undefined]) {
    t.throws(() => narrowTo({ authorityIds: [id as number] }), TypeError)
  }
})
