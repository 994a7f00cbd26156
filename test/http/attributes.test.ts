import t from 'tap'
import { loadAttributes } from '../../src/catalogue/load-attributes.ts'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, call, event, get, operator, put, send } from '../support/builders.ts'

const REASON = '/v1/attributes/report-missed-bin/reason'

t.test('attributes of events', async (t) => {
  const { app, catalogue, database: { db } } = await testApp(t)
  const headers = await testSource(app)
  let n = 0
  const sent = async (attributes: object) =>
    await call(app, 'POST', '/v1/events', headers, event(`a${++n}`, { attributes }))
  const restart = async () => {
    await loadAttributes(db)
    await catalogue.refresh()
  }

  t.test('they are listed by service, those of every service among them', async (t) => {
    const names = async (query: string) =>
      (await get(app, `/v1/attributes?${query}`)).data.map(({ service, name }: Record<string, string>) =>
        [service, name].join(' '))
    t.same((await names('service=report-missed-bin')).sort(), [
      ' assisted', ' customer', ' device', ' language', 'report-missed-bin container', 'report-missed-bin reason'
    ])
    t.same(await names('service=pay-council-tax'), await names('service=all'))
    t.same(await names('service=all&type=boolean'), [' assisted'])
    t.same(await names('q=roadworks&service=report-missed-bin'), ['report-missed-bin reason'])
    t.equal((await call(app, 'GET', '/v1/attributes?service=nothing')).status, 404)
    t.match(await get(app, REASON), { type: 'words', origin: 'shipped', changed_at: null, ended: [] })
    t.match(await get(app, '/v1/attributes/all/assisted'), { service: null, type: 'boolean', words: [] })
    t.equal((await call(app, 'GET', '/v1/attributes/report-missed-bin/assisted')).status, 404)
  })

  t.test('a vocabulary grows, and a word ends', async (t) => {
    t.match((await sent({ reason: 'snow' })).body, { errors: [{ code: 'unknown-attribute', pointer: '/attributes/reason' }] })
    const { words } = await get(app, REASON)
    await put(app, REASON, { words: [...words, 'snow'] })
    t.equal((await sent({ reason: 'snow' })).status, 200)
    await put(app, REASON, { words })
    t.match(await get(app, REASON), { words, ended: ['snow'], origin: 'local', title: 'Why it was not collected' })
    t.match((await sent({ reason: 'snow' })).body, { errors: [{ detail: /ended/ }] })
    t.match(await call(app, 'GET', '/v1/events/a2', headers), { status: 200, body: { attributes: { reason: 'snow' } } })
    await put(app, REASON, { words: [...words, 'snow'] })
    t.match(await get(app, REASON), { ended: [] }, 'a word comes back')
  })

  t.test('one of another type never takes its name', async (t) => {
    const refused = async (url: string, body: object) => {
      const { status, body: { code, detail } } = await call(app, 'PUT', url, operator, body)
      return [status, code, detail]
    }
    t.match(await refused(REASON, { type: 'boolean', words: [] }), [409, 'in-use', /another name/])
    t.match(
      await refused('/v1/attributes/pay-council-tax/assisted', { title: 'x', type: 'words', words: ['yes'] }),
      [409, 'in-use', /boolean/],
      'not for one service either'
    )
    t.match(
      await refused('/v1/attributes/all/reason', { title: 'x', type: 'boolean' }), [409, 'in-use', /words/], 'or for all'
    )
    t.equal((await call(app, 'DELETE', REASON, operator)).status, 204)
    t.match(await refused(REASON, { title: 'x', type: 'boolean' }), [409, 'in-use', /words/], 'a removed one keeps it')
    t.match((await sent({ reason: 'too-heavy' })).body, { errors: [{ detail: /no such attribute/ }] })
    t.equal((await call(app, 'DELETE', REASON, operator)).status, 404)
    await restart()
    t.equal((await call(app, 'GET', REASON)).status, 404, 'no start brings it back')
    await put(app, REASON, { title: 'Reason', type: 'words', words: ['too-heavy'] })
    t.equal((await sent({ reason: 'too-heavy' })).status, 200)
    t.match(await get(app, REASON), { ended: { length: 34 } }, 'what stored events may have is still told')
  })

  t.test('a whole number has bounds', async (t) => {
    const url = '/v1/attributes/report-missed-bin/bins'
    const bins = { title: 'How many bins', type: 'integer', minimum: 1, maximum: 4 }
    for (const wrong of [{ maximum: null }, { minimum: 5 }, { words: ['one'] }, { maximum: 1001 }]) {
      t.equal((await call(app, 'PUT', url, operator, { ...bins, ...wrong })).status, 422)
    }
    t.equal((await call(app, 'PUT', url, operator, { title: 'x', type: 'words' })).status, 422)
    t.equal((await call(app, 'PUT', url, operator, { title: 'x', type: 'words', words: ['Mr Smith'] })).status, 400)
    await put(app, url, bins)
    t.equal((await sent({ bins: 4 })).status, 200)
    t.match((await sent({ bins: 5 })).body, { errors: [{ detail: /at most 4/ }] })
  })

  t.test('one has days, a description, and is public or not', async (t) => {
    const url = '/v1/attributes/report-missed-bin/weather'
    const weather = { title: 'Weather', type: 'words', words: ['snow', 'ice'] }
    await put(app, url, weather)
    t.match(await get(app, url), { description: null, valid_from: null, valid_to: null, published: true })
    const dated = { valid_from: '2014-05-27', valid_to: '2014-05-28', description: 'At the depot.', published: false }
    await put(app, url, dated)
    t.match(await get(app, url), { ...weather, ...dated })
    t.match(await get(app, '/v1/attributes?q=depot'), { data: [{ name: 'weather' }] })
    const on = async (day: string) => await call(
      app, 'POST', '/v1/events', headers,
      event(`w${++n}`, { occurred_at: `${day}+01:00`, attributes: { weather: 'ice' } })
    )
    t.equal((await on('2014-05-27T00:00:00')).status, 200)
    t.equal((await on('2014-05-28T23:59:59')).status, 200)
    for (const day of ['2014-05-26T23:59:59', '2014-05-29T00:00:00']) {
      t.match(await on(day), {
        status: 422,
        body: {
          errors: [{
            pointer: '/attributes/weather', code: 'unknown-attribute', detail: /from 2014-05-27 to 2014-05-28, and this one/
          }]
        }
      })
    }
    t.match(
      (await call(app, 'POST', '/v1/events', headers, event('w', { occurred_at: 'x', attributes: { weather: 'ice' } })))
        .body.errors,
      [{ pointer: '/occurred_at' }],
      'nobody knows its day'
    )
    t.match(await call(app, 'PUT', url, operator, { valid_to: '2014-05-26' }), {
      status: 422, body: { errors: [{ pointer: '/valid_to' }] }
    })
    t.equal((await call(app, 'DELETE', `${url}?from=2014-05-28`, operator)).status, 204)
    t.match(await get(app, url), { valid_to: '2014-05-27', title: 'Weather', origin: 'local' })
    t.equal((await on('2014-05-28T12:00:00')).status, 422)
    t.equal((await call(app, 'DELETE', `${url}?from=2014-05-01`, operator)).status, 400, 'it begins later')
    await put(app, url, { valid_from: null, valid_to: null })
    t.equal((await on('2014-05-29T12:00:00')).status, 200)
    const bulk = await app.inject({
      method: 'PUT',
      url: '/v1/attributes',
      headers: { ...operator, 'content-type': 'text/csv' },
      payload: 'service,name,title,type,words,valid_from,published\r\nreport-missed-bin,rain,Rain,words,wet|dry,2014-04-01,false\r\n'
    })
    t.equal(bulk.statusCode, 200, bulk.payload)
    t.match(await get(app, '/v1/attributes/report-missed-bin/rain'), {
      valid_from: '2014-04-01', valid_to: null, published: false, words: ['wet', 'dry']
    })
  })

  t.test('what somebody here changed stays when the service starts again', async (t) => {
    await put(app, '/v1/attributes/all/device', { words: ['desktop', 'mobile', 'tablet', 'television', 'other'] })
    await restart()
    t.match(await get(app, '/v1/attributes/all/device'), { origin: 'local', words: { 3: 'television' } })
    t.match(await get(app, '/v1/attributes/all/language'), { origin: 'shipped', changed_at: null })
    await send(app, 'events', headers, event('tv', { attributes: { device: 'television' } }))
  })

  t.test('the operator alone', async (t) => {
    const solihull = await administratorOf(app, 'solihull')
    t.equal((await call(app, 'PUT', REASON, solihull, { words: ['x'] })).status, 403)
    t.equal((await call(app, 'DELETE', REASON, headers)).status, 403)
  })
})
