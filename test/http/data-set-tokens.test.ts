import t from 'tap'
import { testApp } from '../support/app.ts'
import { bearer, operator } from '../support/builders.ts'

const headers = operator
const url = '/v1/data-sets/a/sums'

t.test('the tokens of a data set', async (t) => {
  const { app, database, clock } = await testApp(t)
  for (const path of [url, '/v1/data-sets/a/other']) {
    await app.inject({ method: 'PUT', url: path, headers, payload: {} })
  }
  const issue = async (payload: object = {}, path = url) =>
    await app.inject({ method: 'POST', url: `${path}/tokens`, headers, payload })
  const write = async (token: string) =>
    (await app.inject({
      method: 'POST',
      url: '/data/a/sums',
      headers: { ...bearer(token), 'content-type': 'application/json' },
      payload: '[{"_id":"x"}]'
    })).statusCode
  const revoke = async (id: string, path = url, by = headers) =>
    (await app.inject({ method: 'DELETE', url: `${path}/tokens/${id}`, headers: by })).statusCode

  const issued = await issue()
  t.equal(issued.headers['cache-control'], 'no-store', 'no cache keeps a secret')
  const { id, token } = issued.json<{ id: string, token: string }>()
  const imported = (await issue({ token: 'secret-of-an-old-sender' })).json<{ id: string }>()
  const foreign = (await issue({}, '/v1/data-sets/a/other')).json<{ id: string }>()
  t.equal(await write(token), 200)

  const list = async () => await app.inject({ url: `${url}/tokens`, headers })
  const listed = await list()
  t.equal(listed.statusCode, 200)
  t.same(
    new Set(listed.json<{ data: Array<{ id: string }> }>().data.map((one) => one.id)),
    new Set([id, imported.id]),
    'its own and no others'
  )
  t.notMatch(listed.body, /lpp_|secret|hash/)
  t.equal((await app.inject(`${url}/tokens`)).statusCode, 401)

  t.equal(await revoke(foreign.id), 404, 'that is another data set’s')
  t.equal(await revoke(id, url, bearer(token)), 401, 'a sender cannot')
  t.equal(await write(token), 200)
  t.equal(await revoke(id), 204)
  t.equal(await write(token), 401, 'at once')
  t.equal(await revoke(id), 404)
  t.equal(await write('secret-of-an-old-sender'), 200)
  t.equal(await revoke(imported.id), 204)
  t.equal(await write('secret-of-an-old-sender'), 401)
  t.match(
    (await issue({ token: 'secret-of-an-old-sender' })).json(),
    { code: 'token-taken' },
    'what was revoked does not come back'
  )
  t.match((await list()).json(), {
    data: [{ revoked_at: new Date(clock.now).toISOString() }, { revoked_at: new Date(clock.now).toISOString() }]
  })

  const { rows } = await database.pool.query("SELECT actor, subject, detail->>'id' AS id FROM audit WHERE action = 'revoke-token' ORDER BY audit.id")
  t.same(rows, [id, imported.id].map((one) => ({ actor: 'operator', subject: 'a/sums', id: one })))
  await app.close()
  const used = await database.pool.query('SELECT last_used_at FROM token WHERE id = $1', [id])
  t.equal(used.rows[0].last_used_at.getTime(), clock.now, 'the last use is kept')
})
