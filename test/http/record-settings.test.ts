import t from 'tap'
import { testApp } from '../support/app.ts'
import { operator } from '../support/builders.ts'
import { configure } from '../support/case.ts'
import { onServer } from '../support/postgres.ts'
import { waitUntil } from '../support/wait-until.ts'

const headers = { authorization: 'Bearer secret-of-settings', 'content-type': 'application/json' }

t.test('a write that was let in before the dimensions changed is summed by the new ones', async (t) => {
  const { app, database, connectionString } = await testApp(t)
  const settings = { raw_queries_allowed: true, dimensions: ['channel'], measures: ['count'] }
  await configure(app, [{ ...settings, data_group: 'a', data_type: 'sums', bearer_token: 'secret-of-settings' }])
  const record = (id: string, count: number) => ({
    _id: id, _timestamp: '2014-05-26T00:00:00Z', channel: 'web', ward: 'Olton', count
  })
  const send = async (method: 'POST' | 'DELETE', path: string, payload?: object) =>
    await app.inject({
      method,
      url: `/data/a/sums${path}`,
      headers,
      ...(payload === undefined ? {} : { payload: JSON.stringify(payload) })
    })
  t.equal((await send('POST', '', [record('a', 1), record('b', 2)])).statusCode, 200)

  const put = {
    method: 'PUT' as const,
    url: '/v1/data-sets/a/sums',
    headers: operator,
    payload: { ...settings, dimensions: ['ward'] }
  }
  await onServer(connectionString, async (holder) => {
    await holder.query('BEGIN')
    // All take their turn at it, in the order in which they came.
    await holder.query("SELECT pg_advisory_xact_lock(hashtext('data_set'), id) FROM data_set")
    const changed = (async () => await app.inject(put))() // which is sent when it is awaited, not before
    const locked = async (): Promise<number> => {
      const { rows } = await database.pool.query<{ count: string }>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
      )
      return Number(rows[0]?.count)
    }
    await waitUntil('the change waits', async () => await locked() === 1)
    const written = [send('POST', '', [record('a', 10), record('c', 4)]), send('DELETE', '/b')]
    await waitUntil('the writes wait behind it', () => app.intake.waiting === 2)
    t.equal(await locked(), 1, 'with no connection in their hands')
    await holder.query('COMMIT')
    t.equal((await changed).statusCode, 200)
    for (const one of written) t.equal((await one).statusCode, 200)
  })
  const summed = await app.inject('/data/a/sums?group_by=ward&collect=count:sum')
  t.same(summed.json(), { data: [{ ward: 'Olton', _count: 2, 'count:sum': 14 }] })
})
