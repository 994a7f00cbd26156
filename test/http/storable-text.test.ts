import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { operator } from '../support/builders.ts'

t.test('a text that the database cannot keep is refused with its place, at every door', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await app.inject({ method: 'PUT', url: '/v1/data-sets/a/labelled', headers: operator, payload: {} })
  const { kpi: _kpi, version: _version, created_at: _at, links: _links, ...kpi } =
    (await app.inject('/v1/kpis/digital-take-up')).json<Record<string, unknown>>()
  const bodies: Array<[url: string, body: object, places: string[], headers?: object]> = [
    ['/v1/annotations', {
      id: 'strike',
      authority: 'solihull',
      service: 'report-missed-bin',
      start_on: '2014-06-02',
      end_on: '2014-06-03',
      note: 'x'
    }, ['note', 'authority']],
    ['/v1/kpis/of-the-test', { ...kpi, effective_from: '2024-04-01' }, ['title', 'formula', 'source', 'owner']],
    ['/v1/authorities/solihull/areas', [{ code: 'E05001284', name: 'Bickenhill', note: 'x' }], ['0.name', '0.note']],
    ['/v1/data-sets/a/labelled', { labels: { web: 'Digital' } }, ['labels.web']],
    ['/v1/services/renew-library-item/channels/kiosk/class', {
      from_on: '2014-06-02', digital_class: 'digital', reason: 'x'
    }, ['reason']],
    ['/v1/unit-savings/channel-shift', { from_on: '2014-04-01', pence: 1, source: 'x' }, ['source']],
    ['/v1/comparator-groups/club', { title: 'x', authorities: ['solihull'] }, ['title', 'authorities.0']],
    [
      '/v1/observations/solihull/report-missed-bin/collections_made',
      { period: 'week', start_on: '2014-05-26', figures: [{ value: 1, note: 'x' }] },
      ['figures.0.note'],
      source
    ]
  ]
  for (const [url, body, places, headers = operator] of bodies) {
    for (const place of places) {
      for (const text of ['a\0b', '\ud800', 'x\udc00']) {
        const answer = await app.inject({
          method: 'PUT', url, headers: { ...headers }, payload: changed(body, place.split('.'), text)
        })
        t.match(answer.json(), {
          status: 400,
          code: 'invalid-request',
          detail: `body.${place} holds a NUL character or half of a surrogate pair`
        }, `${url} ${place}`)
      }
    }
    t.ok(
      (await app.inject({ method: 'PUT', url, headers: { ...headers }, payload: body })).statusCode < 300,
      `${url} as it should be`
    )
  }
  const named = await app.inject({
    method: 'PUT',
    url: '/v1/sources/solihull/bartec',
    headers: operator,
    payload: { services: ['report-missed-bin'], channels: { 'a\0': 'web' } }
  })
  t.match(named.json(), { status: 400, detail: /^a name in body.channels holds/ })
  for (
    const [method, url, headers] of [
      ['DELETE', '/v1/sources/solihull/bartec/tokens/%00', operator],
      ['DELETE', '/v1/data-sets/a/labelled/tokens/a%00', operator],
      ['GET', '/v1/events/%00', source],
      ['DELETE', '/v1/events/%00', source],
      ['GET', '/v1/authorities/%00', operator]
    ] as const
  ) {
    t.match((await app.inject({ method, url, headers })).json(), {
      status: 400, code: 'invalid-request', detail: /^params\.\w+ holds a NUL/
    }, url)
  }
  const dashboard = await app.inject({
    method: 'PUT', url: '/v1/dashboards/of-the-test', headers: operator, payload: { title: 'a\0b', modules: [] }
  })
  t.match(
    dashboard.json(), { code: 'invalid-dashboard', errors: [{ pointer: '' }] }, 'a dashboard is refused in its own way'
  )
  const row = await app.inject({
    method: 'POST',
    url: '/v1/observations',
    headers: source,
    payload: [{
      authority: 'solihull',
      service: 'a\0',
      measure: 'collections_made',
      period: 'week',
      start_on: '2014-05-26',
      value: 1
    }]
  })
  t.equal(row.statusCode, 422, 'a row has errors of its own')
})

function changed (value: unknown, [key = '', ...rest]: string[], text: string): object {
  const copy = (Array.isArray(value) ? [...value] : { ...value as object }) as Record<string, unknown>
  copy[key] = rest.length === 0 ? text : changed(copy[key], rest, text)
  return copy
}
