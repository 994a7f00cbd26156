import t from 'tap'
import { testApp } from '../support/app.ts'
import { administratorOf, bearer, call, get, operator, put, release, send, seriesUrl } from '../support/builders.ts'

t.test('a council officer’s day, without the operator', async (t) => {
  const { app } = await testApp(t)
  const own = await administratorOf(app, 'leeds')
  const settings = { services: ['report-missed-bin'], channels: { Phone: 'telephone-agent' } }
  const at = '/v1/sources/leeds/new-bins'
  const row = (id: string, more: object = {}) => ({
    id, authority: 'leeds', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00', channel: 'web', ...more
  })

  await t.test('a new system, and a rotated token', async (t) => {
    t.equal((await call(app, 'PUT', at, own, settings)).status, 201)
    const [first, second] = [await token(), await token()]
    await send(app, 'events', first.headers, row('a'))
    t.equal((await call(app, 'DELETE', `${at}/tokens/${first.id}`, own)).status, 204)
    t.equal((await call(app, 'POST', '/v1/events', first.headers, row('b'))).status, 401)
    t.match(await send(app, 'events', second.headers, [row('a'), row('b')]), { stored: 1, duplicates: 1 })
  })
  const { headers } = await token()

  await t.test('a renamed channel', async (t) => {
    t.equal((await call(app, 'POST', '/v1/events', headers, row('c', { channel: 'Contact centre' }))).status, 422)
    await put(app, at, { ...settings, channels: { ...settings.channels, 'Contact centre': 'telephone-agent' } }, own)
    t.match(await send(app, 'events', headers, row('c', { channel: 'Contact centre' })), { stored: 1 })
  })

  await t.test('a new ward from June, and events of it', async (t) => {
    await put(app, '/v1/authorities/leeds/areas', [
      { code: 'E05099001', name: 'Kirkstall Forge', valid_from: '2014-06-01' }
    ], own)
    const moved = row('d', { occurred_at: '2014-06-02T09:00:00+01:00', ward: 'Kirkstall Forge', count: 20 })
    t.match(await send(app, 'events', headers, moved), { stored: 1 })
    t.equal((await call(app, 'POST', '/v1/events', headers, row('e', { ward: 'Kirkstall Forge' }))).status, 422)
  })

  await t.test('a note, corrected and taken back', async (t) => {
    const note = { id: 'strike', authority: 'leeds', start_on: '2014-05-27', note: 'Strike of to days' }
    await put(app, '/v1/annotations', note, own)
    await put(app, '/v1/annotations', { ...note, note: 'Strike of two days' }, own)
    const shown = async () => (await get(app, seriesUrl({ authority: 'leeds' }))).annotations
    t.match(await shown(), [{ note: 'Strike of two days' }])
    t.equal((await call(app, 'DELETE', '/v1/annotations/leeds/strike', own)).status, 204)
    t.same(await shown(), [])
  })

  await t.test('a release', async (t) => {
    t.match(await release(app, { authority: 'leeds' }, own), [{ authority: 'leeds', service: 'report-missed-bin' }])
  })

  await t.test('all of it is in its audit trail, and nothing of others is theirs to do or to see', async (t) => {
    const { data } = await get(app, '/v1/audit', own)
    const actions = new Set(data.map(({ action }: { action: string }) => action))
    for (const action of ['put-source', 'issue-token', 'revoke-token', 'put-areas']) {
      t.ok(actions.has(action), action)
    }
    await put(app, '/v1/annotations', { id: 'x', authority: 'solihull', start_on: '2014-05-27', note: 'X' }, operator)
    t.notMatch(JSON.stringify((await get(app, '/v1/audit', own)).data), /solihull/)
    for (
      const [method, url, body] of [
        ['PUT', '/v1/sources/solihull/new-bins', settings],
        ['PUT', '/v1/authorities/solihull/areas', [{ code: 'E05099002', name: 'Hill' }]],
        ['PUT', '/v1/annotations', { id: 'y', authority: 'solihull', start_on: '2014-05-27', note: 'Y' }],
        ['DELETE', '/v1/annotations/solihull/x'],
        ['POST', '/v1/releases', { authority: 'solihull' }],
        ['POST', '/v1/releases', {}],
        ['PUT', '/v1/authorities/leeds', { name: 'Leeds' }]
      ] as const
    ) {
      t.equal((await call(app, method, url, own, body)).status, 403, `${method} ${url}`)
    }
  })

  async function token (): Promise<{ id: string, headers: { authorization: string } }> {
    const { status, body } = await call(app, 'POST', `${at}/tokens`, own, {})
    if (status !== 201) throw new Error(JSON.stringify(body))
    return { id: body.id, headers: bearer(body.token) }
  }
})
