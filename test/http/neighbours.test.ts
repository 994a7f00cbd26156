import t from 'tap'
import { testApp } from '../support/app.ts'
import { administratorOf, call, get, operator, urlOf, type Headers } from '../support/builders.ts'

const MODEL = { model: 'Nearest Neighbours 2013', source: 'An institute', date: '2013-11-05' }
const csvHeaders = { ...operator, 'content-type': 'text/csv' }

t.test('statistical neighbours', async (t) => {
  const { app } = await testApp(t)
  const compared = async (of: string) => {
    const { data, group_basis: basis } = await get(app, urlOf('/v1/kpis/digital-take-up/comparison', {
      service: 'report-missed-bin', period: 'month', start_on: '2014-05-01', group: `nearest:${of}`
    }))
    return { basis, slugs: data.map(({ authority }: { authority: { slug: string } }) => authority.slug).sort() }
  }
  const load = async (rows: string, query: object = MODEL, headers: Headers = csvHeaders) =>
    await call(app, 'PUT', urlOf('/v1/neighbours', { ...query }), headers, rows)

  t.test('without a model they are nearest by population, and the answer says so', async (t) => {
    const { slugs, basis } = await compared('solihull')
    t.equal(slugs.length, 16)
    t.match(basis, { model: 'population', source: /mid-\d{4}/, date: null })
    t.same((await get(app, '/v1/neighbours')).data, [])
    const all = await get(app, '/v1/kpis/digital-take-up/comparison?service=report-missed-bin')
    t.equal(all.group_basis, null)
  })

  t.test('every bad row is named, and nothing is stored', async (t) => {
    const { status, body } = await load([
      'authority,neighbour,rank',
      'solihull,stockport,1',
      'solihull,bury,1',
      'solihull,stockport,2',
      'solihull,E08000029,3',
      'solihull,atlantis,4',
      'solihul,bury,1',
      'bury,solihull,first'
    ].join('\n'))
    t.equal(status, 422)
    t.match(body.errors, [{ index: 6, line: 8, pointer: '/rank' }], 'form goes first')
    const second = await load([
      'authority,neighbour,rank',
      'solihull,stockport,1',
      'solihull,bury,1',
      'solihull,stockport,2',
      'solihull,E08000029,3',
      'solihull,atlantis,4',
      'solihul,bury,1'
    ].join('\n'))
    t.same(second.body.errors.map(({ index, line, pointer, code }: Record<string, unknown>) =>
      [index, line, pointer, code]), [
      [1, 3, '/rank', 'invalid-value'],
      [2, 4, '/neighbour', 'invalid-value'],
      [3, 5, '/neighbour', 'invalid-value'],
      [4, 6, '/neighbour', 'unknown-authority'],
      [5, 7, '/authority', 'unknown-authority']
    ])
    t.same((await get(app, '/v1/neighbours')).data, [])
    t.match(await load('authority,neighbour,rank\nsolihull,bury,1', {}), { status: 400, body: { detail: /model/ } })
    t.equal((await load('authority,neighbour,rank\n')).status, 400)
    t.equal((await load('authority,near,rank\nsolihull,bury,1')).status, 400)
  })

  const ROWS = ['authority,neighbour,rank', 'solihull,bury,2', 'solihull,E08000007,1', 'bury,solihull,1'].join('\n')

  t.test('a loaded model holds, for the authorities that it has', async (t) => {
    const solihull = await administratorOf(app, 'solihull')
    t.equal((await load(ROWS, MODEL, { ...solihull, 'content-type': 'text/csv' })).status, 403)
    t.match((await load(ROWS, { ...MODEL, dry_run: 'true' })).body, { dry_run: true, authorities: 2, neighbours: 3 })
    t.match((await compared('solihull')).basis, { model: 'population' })
    t.match((await load(ROWS)).body, { dry_run: false, ...MODEL, authorities: 2, neighbours: 3, replaces: null })
    const { slugs, basis } = await compared('solihull')
    t.same(slugs, ['bury', 'solihull', 'stockport'])
    t.same(basis, { model: MODEL.model, source: MODEL.source, date: MODEL.date })
    t.same((await compared('E08000002')).slugs, ['bury', 'solihull'], 'by code')
    const leeds = await compared('leeds')
    t.equal(leeds.slugs.length, 16)
    t.match(leeds.basis, { model: 'population' })
  })

  t.test('they are listed by authority, and the CSV can be sent back', async (t) => {
    const { data } = await get(app, '/v1/neighbours?authority=solihull')
    t.same(data, [
      { authority: 'solihull', neighbour: 'stockport', rank: 1, ...MODEL },
      { authority: 'solihull', neighbour: 'bury', rank: 2, ...MODEL }
    ])
    t.equal((await get(app, '/v1/neighbours?q=Stockport')).data.length, 1)
    t.equal((await call(app, 'GET', '/v1/neighbours?authority=atlantis')).status, 404)
    const { body: csv } = await call(app, 'GET', '/v1/neighbours?format=csv')
    t.match((await load(csv, {})).body, { ...MODEL, neighbours: 3, replaces: MODEL })
    const mixed = `${csv.trimEnd()}\r\nleeds,bury,1,Another model,An institute,2013-11-05\r\n`
    t.match((await load(mixed, {})).body.errors, [{ index: 3, pointer: '/model' }])
  })

  t.test('at most 15 of a model, by rank', async (t) => {
    const { data } = await get(app, '/v1/authorities?type=metropolitan-district')
    const others = data.map(({ slug }: { slug: string }) => slug).filter((slug: string) => slug !== 'solihull')
    const rows = others.slice(0, 20).map((slug: string, i: number) => `solihull,${slug},${20 - i}`)
    t.equal((await load(['authority,neighbour,rank', ...rows].join('\n'))).status, 200)
    t.same((await compared('solihull')).slugs, ['solihull', ...others.slice(5, 20)].sort())
    t.equal((await compared('bury')).slugs.length, 16, 'the model before is gone')
  })

  t.test('a model is removed', async (t) => {
    t.equal((await call(app, 'DELETE', '/v1/neighbours', operator)).status, 204)
    t.equal((await call(app, 'DELETE', '/v1/neighbours', operator)).status, 404)
    t.match((await compared('solihull')).basis, { model: 'population' })
  })
})
