import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, call, event, get, kpiUrl, operator, put, send } from '../support/builders.ts'

t.test('settings are listed, set and removed one by one', async (t) => {
  const { app } = await testApp(t)
  const solihull = await administratorOf(app, 'solihull')
  const headers = await testSource(app)

  t.test('unit savings', async (t) => {
    await put(app, '/v1/unit-savings/channel-shift', { from_on: '2014-01-01', pence: 300, source: 'a' })
    await put(app, '/v1/unit-savings/channel-shift', { authority: 'solihull', from_on: '2014-01-01', pence: 200, source: 'b' })
    await put(app, '/v1/unit-savings/failure-demand/E08000029/report-missed-bin/2014-02-01', { pence: 9, source: 'c' })
    const pence = async (query: string) =>
      (await get(app, `/v1/unit-savings?${query}`)).data.map((one: { pence: number }) => one.pence)
    t.same(await pence(''), [300, 200, 9])
    t.same(await pence('kind=channel-shift&authority=all'), [300])
    t.same(await pence('authority=solihull&service=report-missed-bin'), [9])
    t.match(await get(app, '/v1/unit-savings/failure-demand/solihull/report-missed-bin/2014-02-01'), {
      kind: 'failure-demand', authority: 'solihull', service: 'report-missed-bin', pence: 9
    })
    const url = '/v1/unit-savings/channel-shift/solihull/all/2014-01-01'
    t.equal((await call(app, 'DELETE', url, solihull)).status, 403)
    t.equal((await call(app, 'DELETE', url, operator)).status, 204)
    t.equal((await call(app, 'DELETE', url, operator)).status, 404)
    t.same(await pence('kind=channel-shift'), [300])
  })

  t.test('channel classes', async (t) => {
    await send(app, 'events', headers, ['kiosk', 'web', 'web', 'kiosk'].map((channel, i) =>
      event(`k${i}`, { channel, occurred_at: '2014-05-27T08:31:00+01:00' })
    ))
    const takeUp = async () => (await get(app, kpiUrl('digital-take-up', {
      period: 'month', start_on: '2014-05-01', end_on: '2014-05-31'
    }))).data[0].values[0].value
    t.equal(await takeUp(), 50)
    await put(app, '/v1/services/report-missed-bin/channels/kiosk/class', {
      authority: 'solihull', from_on: '2014-05-01', digital_class: 'digital', reason: 'a'
    })
    t.equal(await takeUp(), 100)
    await put(app, '/v1/channel-classes/report-missed-bin/web/all/2014-05-01', { digital_class: 'proactive', reason: 'b' })
    t.same((await get(app, '/v1/channel-classes?service=report-missed-bin')).data, [
      {
        service: 'report-missed-bin',
        channel: 'kiosk',
        authority: 'solihull',
        from_on: '2014-05-01',
        digital_class: 'digital',
        reason: 'a'
      },
      {
        service: 'report-missed-bin',
        channel: 'web',
        authority: null,
        from_on: '2014-05-01',
        digital_class: 'proactive',
        reason: 'b'
      }
    ])
    t.equal((await get(app, '/v1/channel-classes?authority=all')).data.length, 1)
    t.equal((await get(app, '/v1/channel-classes?channel=kiosk')).data.length, 1)
    t.equal((await get(app, '/v1/channel-classes?digital_class=excluded')).data.length, 0)
    t.equal((await call(app, 'GET', '/v1/channel-classes?channel=fax-machine')).body.code, 'unknown-channel')
    for (const path of ['web/all', 'kiosk/solihull']) {
      const url = `/v1/channel-classes/report-missed-bin/${path}/2014-05-01`
      t.equal((await call(app, 'DELETE', url, operator)).status, 204)
    }
    t.equal(await takeUp(), 50, 'the vocabulary’s class is back')
  })

  t.test('comparator groups', async (t) => {
    await put(app, '/v1/comparator-groups/club', { title: 'Waste club', authorities: ['solihull', 'E08000034'] })
    t.match(await get(app, '/v1/comparator-groups/club'), { slug: 'club', authorities: ['solihull', 'kirklees'] })
    const csv = 'slug,title,authorities\nclub,Waste club,solihull|kirklees\nother,Other,leeds|bury\n'
    const sent = await call(app, 'PUT', '/v1/comparator-groups', { ...operator, 'content-type': 'text/csv' }, csv)
    t.match(sent.body, { created: ['other'], unchanged: ['club'] })
    const slugs = async (query: string) =>
      (await get(app, `/v1/comparator-groups?${query}`)).data.map(({ slug }: { slug: string }) => slug)
    t.same(await slugs('authority=leeds'), ['other'])
    t.same(await slugs('q=waste'), ['club'])
    t.match(
      await call(app, 'PUT', '/v1/comparator-groups', operator, [{ slug: 'x', title: 'X', authorities: ['atlantis'] }]),
      { status: 422, body: { errors: [{ pointer: '/authorities', code: 'unknown-authority' }] } }
    )
    t.equal((await call(app, 'DELETE', '/v1/comparator-groups/club', solihull)).status, 403)
    t.equal((await call(app, 'DELETE', '/v1/comparator-groups/club', operator)).status, 204)
    t.equal((await call(app, 'GET', '/v1/comparator-groups/club')).status, 404)
    t.match((await call(app, 'GET', '/v1/kpis/transactions/comparison?service=report-missed-bin&group=club')).body, {
      code: 'unknown-group'
    })
  })

  t.test('declarations', async (t) => {
    const path = '/v1/authorities/solihull/services/report-missed-bin/authoritative'
    await put(app, path, { type: 'transaction', from_on: '2014-06-01', basis: 'counts' }, solihull)
    t.match(
      await call(app, 'PUT', '/v1/declarations/solihull/report-missed-bin/journey/2014-06-01', solihull, { basis: 'events' }),
      { status: 201, body: { authority: 'solihull', type: 'journey', basis: 'events' } }
    )
    t.equal(
      (await call(app, 'PUT', '/v1/declarations/kirklees/report-missed-bin/journey/2014-06-01', solihull, {
        basis: 'events'
      })).status,
      403
    )
    t.equal((await get(app, path)).data.length, 2)
    t.equal((await get(app, '/v1/declarations?authority=solihull&type=journey')).data.length, 1)
    t.match((await get(app, '/v1/declarations?basis=counts')).data, [{
      authority: 'solihull', service: 'report-missed-bin', type: 'transaction', from_on: '2014-06-01', basis: 'counts'
    }])
    const url = '/v1/declarations/solihull/report-missed-bin/transaction/2014-06-01'
    t.equal((await call(app, 'DELETE', url, await administratorOf(app, 'kirklees'))).status, 403)
    t.equal((await call(app, 'DELETE', url, headers)).status, 403, 'who sends does not govern')
    t.equal((await call(app, 'DELETE', url, solihull)).status, 204)
    t.equal((await get(app, path)).data.length, 1)
    t.equal((await call(app, 'DELETE', url.replace('transaction', 'dance'), solihull)).status, 404)
  })

  t.test('annotations', async (t) => {
    const kirklees = await administratorOf(app, 'kirklees')
    const note = { id: 'strike', authority: 'solihull', start_on: '2014-06-02', end_on: '2014-06-06', note: 'Crews on 100% strike' }
    await put(app, '/v1/annotations', note, solihull)
    await put(app, '/v1/annotations', {
      ...note, id: 'round', service: 'report-missed-bin', start_on: '2014-05-26', end_on: null, note: 'New round'
    })
    await put(app, '/v1/annotations', { ...note, authority: 'kirklees', start_on: '2014-01-01', end_on: '2014-12-31' }, kirklees)
    const keys = async (query: string) =>
      (await get(app, `/v1/annotations?${query}`)).data.map(({ authority, id }: Record<string, string>) =>
        `${authority} ${id}`).sort()
    t.same(await keys(''), ['kirklees strike', 'solihull round', 'solihull strike'])
    t.same(await keys('authority=E08000029'), ['solihull round', 'solihull strike'])
    t.same(await keys('service=report-missed-bin'), ['solihull round'])
    t.same(await keys('service=all'), ['kirklees strike', 'solihull strike'])
    t.same(await keys('from=2014-06-06&to=2014-06-30'), ['kirklees strike', 'solihull strike'])
    t.same(await keys('from=2014-06-07'), ['kirklees strike'])
    t.same(await keys('to=2014-05-26&authority=solihull'), ['solihull round'])
    t.same(await keys('q=100%25'), ['kirklees strike', 'solihull strike'], 'as it stands, not as a pattern')
    t.same(await keys('q=_ew'), [])
    let [url, seen]: [string | undefined, string[]] = ['/v1/annotations?limit=1', []]
    while (url !== undefined) {
      const { data, links } = await get(app, url)
      seen = [...seen, ...data.map(({ authority, id }: Record<string, string>) => `${authority} ${id}`)]
      url = links.next
    }
    t.same(seen.sort(), ['kirklees strike', 'solihull round', 'solihull strike'], 'page by page')
    t.equal((await call(app, 'GET', '/v1/annotations?after=xx')).status, 400)
    t.equal((await call(app, 'GET', '/v1/annotations?from=2014-02-30')).status, 400)
    t.equal((await call(app, 'GET', '/v1/annotations?colour=red')).status, 400)
    t.match((await call(app, 'GET', '/v1/annotations?format=csv')).body, /^id,authority,service,start_on,end_on,note\r\n/)
    t.match(await get(app, '/v1/annotations/solihull/strike'), { note: 'Crews on 100% strike', licence: /Open/ })
    const shown = async () => (await get(app, kpiUrl('transactions', {
      period: 'week', start_on: '2014-06-02', end_on: '2014-06-08'
    }))).annotations.map(({ id }: { id: string }) => id)
    t.same(await shown(), ['strike'])
    t.equal((await call(app, 'DELETE', '/v1/annotations/solihull/strike', kirklees)).status, 403)
    t.equal((await call(app, 'DELETE', '/v1/annotations/solihull/strike', solihull)).status, 204)
    t.same(await shown(), [], 'a cached series does not keep it')
    t.equal((await call(app, 'DELETE', '/v1/annotations/solihull/strike', operator)).status, 404)
    t.equal((await call(app, 'GET', '/v1/annotations/solihull/strike')).status, 404)
    t.equal((await call(app, 'GET', '/v1/annotations/kirklees/strike')).status, 200)
  })
})
