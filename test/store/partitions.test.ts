import t from 'tap'
import type pg from 'pg'
import { readState } from '../../src/export/store/state.ts'
import { queryBuilderOn } from '../../src/postgres/database.ts'
import { isPartitioned, partition, PARTS, unpartition } from '../../src/postgres/partitions.ts'
import { REQUEST_ROLE } from '../../src/postgres/request-role.ts'
import { narrowTo } from '../../src/postgres/scoped.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { readSenders } from '../../src/retention/store/cut-offs.ts'
import { countPages, removeEvents } from '../../src/retention/store/remove.ts'
import { findDifferences } from '../../src/rollups/verify.ts'
import { testApp } from '../support/app.ts'
import { call, event, send, testSource } from '../support/builders.ts'

const TABLES = ['event', 'event_history']

/** Everything of the tables that somebody may rely on, their rows included. */
async function stateOf (pool: pg.Pool) {
  const asked = async (sql: string) => (await pool.query(sql, [TABLES])).rows
  return {
    columns: await asked(`
      SELECT attrelid::regclass::text AS table, attname, atttypid::regtype::text, attcollation::regcollation::text,
        attnotnull, attacl::text FROM pg_attribute WHERE attrelid = ANY ($1::regclass[]) AND attnum > 0 ORDER BY 1, attnum`),
    keys: await asked(`
      SELECT conrelid::regclass::text AS table, conname, pg_get_constraintdef(oid) FROM pg_constraint
      WHERE conrelid = ANY ($1::regclass[]) ORDER BY 1, 2`),
    indexes: await asked(`
      SELECT indrelid::regclass::text AS table, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') FROM pg_index
      WHERE indrelid = ANY ($1::regclass[]) ORDER BY 1, 2`),
    rights: await asked(`
      SELECT oid::regclass::text AS table, relowner::regrole::text, relrowsecurity, relforcerowsecurity, ARRAY(
        SELECT privilege_type || ' ' || grantee::regrole::text || ' ' || is_grantable FROM aclexplode(relacl) ORDER BY 1
      ) FROM pg_class WHERE oid = ANY ($1::regclass[]) ORDER BY 1`),
    policies: await asked('SELECT * FROM pg_policies WHERE tablename = ANY ($1) ORDER BY tablename, policyname'),
    events: (await pool.query('SELECT event::text FROM event ORDER BY 1')).rows,
    history: (await pool.query('SELECT event_history::text FROM event_history ORDER BY 1')).rows
  }
}

/** Three councils' events, with a correction and a withdrawal each. */
async function sentWorld (t: Parameters<typeof testApp>[0]) {
  const world = await testApp(t)
  const { app, database: { pool } } = world
  await inTransaction(pool, async (client) => await unpartition(queryBuilderOn(client)))
  const sources: Record<string, Awaited<ReturnType<typeof testSource>>> = {}
  for (const authority of ['solihull', 'leeds', 'birmingham']) {
    const source = sources[authority] = await testSource(app, `${authority}/bartec`)
    await send(app, 'events', source, ['1', '2', '3'].map((id) => event(id, { authority })))
    await send(app, 'events', source, event('1', { authority, channel: 'email', revision: 2 }))
    await call(app, 'DELETE', '/v1/events/2', source)
  }
  return { ...world, pool, sources }
}

t.test('events lie in parts by their owner, and in plain tables again, with all that is theirs', async (t) => {
  const { pool } = await sentWorld(t)
  await pool.query(`
    CREATE INDEX "By receipt" ON event (receipt_id); ALTER TABLE event ADD UNIQUE (source_id, id, owner_id);
    GRANT SELECT ON event_history TO ${REQUEST_ROLE} WITH GRANT OPTION; GRANT SELECT (id) ON event TO PUBLIC;
    CREATE POLICY "told to nobody" ON event AS RESTRICTIVE FOR SELECT TO PUBLIC USING (id <> 'secret')`)
  const before = await stateOf(pool)
  const inParts = await inTransaction(pool, async (client) => {
    const rows = await partition(queryBuilderOn(client))
    t.equal(await partition(queryBuilderOn(client)), undefined, 'they are so already')
    t.ok(await isPartitioned(queryBuilderOn(client)))
    return rows
  })
  t.equal(inParts, before.events.length + before.history.length)
  t.same(await stateOf(pool), before)
  const { rows: parts } = await pool.query(`
    SELECT parent.relname AS table, count(*)::int AS parts FROM pg_inherits
    JOIN pg_class AS parent ON parent.oid = inhparent WHERE parent.relname = ANY ($1) GROUP BY 1 ORDER BY 1`, [TABLES])
  t.same(parts, TABLES.map((table) => ({ table, parts: PARTS })))
  const { rows: spread } = await pool.query('SELECT count(DISTINCT tableoid)::int AS used, count(DISTINCT owner_id)::int AS owners FROM event')
  t.ok(spread[0].used > 1, 'several owners, several parts')

  const plain = await inTransaction(pool, async (client) => {
    const rows = await unpartition(queryBuilderOn(client))
    t.equal(await unpartition(queryBuilderOn(client)), undefined)
    t.notOk(await isPartitioned(queryBuilderOn(client)))
    return rows
  })
  t.equal(plain, inParts)
  t.same(await stateOf(pool), before)
  const { rows: left } = await pool.query("SELECT relname FROM pg_class WHERE relname ~ '^event.*(before|\\d)'")
  t.same(left, [], 'nothing else is left')
})

t.test('what is sent goes on as before: new events, events sent again, corrections, withdrawals', async (t) => {
  const { app, pool, sources } = await sentWorld(t)
  for (const turn of [partition, unpartition]) {
    await inTransaction(pool, async (client) => await turn(queryBuilderOn(client)))
    for (const [authority, source] of Object.entries(sources)) {
      const [one, again] = [event(`new-${turn.name}`, { authority }), event('3', { authority })]
      t.match(await send(app, 'events', source, [one, again]), { stored: 1, duplicates: 1 })
      t.match(await send(app, 'events', source, { ...one, count: 4, revision: 2 }), { revised: 1 })
      const { body } = await call(app, 'GET', `/v1/events/new-${turn.name}`, source)
      t.equal(body.history.length, 1)
      t.equal((await call(app, 'DELETE', `/v1/events/new-${turn.name}`, source)).status, 200)
    }
    t.same(await findDifferences(pool, 10), [])
  }
})

t.test('a request sees rows of its own authority, and none by way of a part', async (t) => {
  const { pool } = await sentWorld(t)
  await inTransaction(pool, async (client) => await partition(queryBuilderOn(client)))
  const { rows: owners } = await pool.query('SELECT DISTINCT owner_id AS id, tableoid::regclass::text AS part FROM event')
  t.equal(owners.length, 3)
  const { rows: [{ names }] } = await pool.query(`
    SELECT array_agg(inhrelid::regclass::text) AS names FROM pg_inherits WHERE inhparent = ANY ($1::regclass[])`, [TABLES])
  // As somebody has it for whom the owner's default rights are wide.
  await pool.query(`GRANT SELECT ON ${names.join(', ')} TO ${REQUEST_ROLE}`)
  for (const { id, part } of owners) {
    await inTransaction(pool, async (client) => {
      await client.query(narrowTo({ authorityIds: [id] }))
      t.same((await client.query('SELECT DISTINCT owner_id AS id FROM event')).rows, [{ id }])
      t.equal((await client.query(`SELECT FROM ${part}`)).rowCount, 0)
      await client.query('ROLLBACK')
      await client.query('BEGIN')
    })
  }
})

t.test('retention finds the rows of every part, and an export knows that all were written anew', async (t) => {
  const { pool } = await sentWorld(t)
  const { history } = await readState(pool)
  await inTransaction(pool, async (client) => await partition(queryBuilderOn(client)))
  const state = await readState(pool)
  t.not(state.history, history)
  t.equal((await readState(pool)).history, state.history)

  await pool.query(`INSERT INTO retention_cut_off (authority_id, cut_off, moved_at)
    SELECT DISTINCT authority_id, date '2014-06-01', now() FROM event`)
  await inTransaction(pool, async (client) => {
    const { pages, parts } = await countPages(client)
    t.same([pages, parts], [1, PARTS])
    const senders = await readSenders(client)
    const sourceIds = senders.map(({ sourceId }) => sourceId)
    t.match(await removeEvents(client, sourceIds, 0, pages), { events: 9, versions: 3 })
  })
  t.same((await pool.query('SELECT FROM event UNION ALL SELECT FROM event_history')).rowCount, 0)
})

t.test('where something else depends on a table, nothing is changed', async (t) => {
  const { pool } = await sentWorld(t)
  await pool.query('CREATE VIEW of_somebody AS SELECT id FROM event')
  const before = await stateOf(pool)
  await t.rejects(inTransaction(pool, async (client) => await partition(queryBuilderOn(client))), /depend/)
  t.same(await stateOf(pool), before)
})
