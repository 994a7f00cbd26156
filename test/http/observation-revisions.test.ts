import t, { type Test } from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, get, kpiUrl, observation, send, seriesUrl } from '../support/builders.ts'

const PATH = '/v1/observations/solihull/report-missed-bin/collections_made'
const WEEK = { period: 'week', start_on: '2014-05-26' }

async function site (t: Test) {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const post = async (value: number, more: object = {}) =>
    await call(app, 'POST', '/v1/observations', headers, observation({ value, ...more }))
  const replace = async (figures: object[], more: object = {}) =>
    await call(app, 'PUT', PATH, headers, { ...WEEK, figures, ...more })
  const versions = async (): Promise<unknown[]> => {
    const { figures } = await get(app, `${PATH}?period=week&start_on=2014-05-26`, headers)
    return figures.map(({ value, revision, withdrawn, history }: any) =>
      [withdrawn ? null : value, revision, history.map((one: any) => [one.withdrawn ? null : one.value, one.revision])])
  }
  return { app, headers, post, replace, versions }
}

t.test('a late retry of an older figure does not undo its correction', async (t) => {
  const { post, versions, app, headers } = await site(t)
  await post(10)
  t.match(await post(12), { body: { revised: 1 } })
  t.match(await post(10), { status: 200, body: { duplicates: 1, revised: 0 } }, 'the first again')
  const lines = `${JSON.stringify(observation({ value: 10 }))}\n${JSON.stringify(observation({ value: 12 }))}\n`
  t.match(
    await call(app, 'POST', '/v1/observations', { ...headers, 'content-type': 'application/x-ndjson' }, lines),
    { body: { code: 'rows-rejected' } },
    'both in one batch, and nothing says which is newer'
  )
  t.same(await versions(), [[12, 2, [[10, 1]]]])
  t.match(await post(10, { note: 'counted again' }), { body: { revised: 1 } }, 'what was never said replaces')
  t.match(await post(12), { body: { duplicates: 1 } })
  t.same(await versions(), [[10, 3, [[12, 2], [10, 1]]]])
})

t.test('a revision says what a figure replaces, as with events', async (t) => {
  const { post, versions, app, headers } = await site(t)
  await post(10)
  await post(12)
  t.match(await post(10, { revision: 3 }), { body: { revised: 1 } }, 'back to what it was')
  t.match(await post(10, { revision: 3 }), { body: { duplicates: 1 } }, 'sent again')
  t.match(await post(12, { revision: 2 }), { body: { duplicates: 1 } }, 'a late retry')
  t.match(await post(11, { revision: 3 }), {
    status: 409, body: { code: 'conflict', errors: [{ code: 'conflict', pointer: '/revision', detail: /revision 4/ }] }
  })
  t.match(await post(11, { revision: 2 }), { status: 409, body: { errors: [{ code: 'stale-revision' }] } })
  t.match(await post(13, { revision: 7 }), { body: { revised: 1 } }, 'numbers may be left out')
  t.match(await post(14), { body: { revised: 1 } }, 'and go on')
  t.same(await versions(), [[14, 8, [[13, 7], [10, 3], [12, 2], [10, 1]]]])
  const rows = [2, 1, 2].map((revision) => observation({ value: 20 + revision, revision, start_on: '2014-05-19' }))
  t.match(await send(app, 'observations', headers, rows), { stored: 1, revised: 1, duplicates: 1 }, 'several in a batch')
  t.match(await get(app, `${PATH}?period=week&start_on=2014-05-19`, headers), {
    figures: [{ value: 22, revision: 2, history: [{ value: 21, revision: 1 }] }]
  })
  const both = [...rows, observation({ value: 5, start_on: '2014-05-19' }), observation({ value: 1, revision: 1, start_on: '2014-05-12' })]
  t.match(
    await call(app, 'POST', '/v1/observations', { ...headers, prefer: 'handling=lenient' }, both),
    { body: { stored: 1, duplicates: 3, rejected: 1, errors: [{ index: 3, code: 'repeated-figure' }] } }
  )
})

t.test('PUT: a late retry neither goes back nor withdraws; a revision does', async (t) => {
  const { post, replace, versions } = await site(t)
  await replace([{ value: 10 }])
  await replace([{ value: 12 }])
  t.match(await replace([{ value: 10 }]), { body: { duplicates: 1, revised: 0 } })
  t.same(await versions(), [[12, 2, [[10, 1]]]])
  await replace([{ value: 12 }, { channel: 'web', value: 3 }])
  t.match(await replace([{ value: 12 }]), { body: { duplicates: 1, revised: 0 } }, 'does not withdraw what came since')
  t.same((await versions()).length, 2)
  t.match(await replace([{ value: 12 }], { revision: 3 }), { body: { revised: 2 } }, 'does, if it says so')
  t.match(await post(3, { channel: 'web' }), { body: { duplicates: 1 } }, 'a late retry of what was withdrawn')
  t.same(await versions(), [[12, 3, [[12, 2], [10, 1]]], [null, 2, [[3, 1]]]])
  t.match(await replace([]), { body: { revised: 1 } })
  t.match(await replace([{ value: 13 }]), { body: { revised: 1 } })
  t.match(await replace([]), { body: { revised: 0 } }, 'a retry')
  t.same((await versions())[0], [13, 5, [[null, 4], [12, 3], [12, 2], [10, 1]]])
  t.match(await replace([], { revision: 6 }), { body: { revised: 1 } }, 'all withdrawn again')
  t.match(await replace([{ value: 1, revision: 2 }]), { status: 409, body: { errors: [{ code: 'stale-revision' }] } })
  t.match(await replace([{ value: 1, revision: 6 }]), { status: 409, body: { errors: [{ code: 'conflict' }] } })
})

const QUARTER = { start_on: '2014-01-01', measure: 'transactions', service: 'report-missed-bin' }
const quarter = (value: number, more: object = {}) => observation({ ...QUARTER, period: 'quarter', value, ...more })
const financial = (value: number, more: object = {}) => quarter(value, { period: 'financial_quarter', ...more })

t.test('a quarter and a financial quarter of the same days do not contradict one another', async (t) => {
  const { app, headers } = await site(t)
  const post = async (...rows: object[]) => await call(app, 'POST', '/v1/observations', headers, rows)
  await post(quarter(100))
  t.match(await post(financial(100)), { status: 200, body: { stored: 0, duplicates: 1 } }, 'the same is a duplicate')
  t.match(await post(financial(101)), {
    status: 409, body: { errors: [{ code: 'conflict', pointer: '/period', detail: /contradicts 100.*the quarter/ }] }
  })
  t.match(await post(financial(101, { revision: 5 })), { status: 409 }, 'with a revision as well')
  t.match(await post(quarter(101), financial(102)), {
    status: 422, body: { errors: [{ index: 1, code: 'repeated-figure' }] }
  }, 'in one batch')
  t.match(await post(quarter(102), financial(102)), { body: { revised: 1, duplicates: 1 } })
  for (const more of [{ channel: 'web' }, { ward: 'E05001284' }, { start_on: '2013-10-01' }, { measure: 'transactions_failed' }]) {
    t.match(await post(financial(7, more)), { body: { stored: 1 } }, `another figure: ${JSON.stringify(more)}`)
    t.match(await post(quarter(8, more)), { status: 409 })
    t.match(await post(quarter(7, more)), { body: { duplicates: 1 } })
  }
  t.match(await post(observation({ ...QUARTER, period: 'year', value: 5 }), observation({
    ...QUARTER, period: 'month', value: 6
  })), { body: { stored: 2 } }, 'other days')
  const put = async (period: string, figures: object[]) =>
    await call(app, 'PUT', '/v1/observations/solihull/report-missed-bin/transactions', headers, {
      period, start_on: '2014-01-01', figures
    })
  t.match(await put('financial_quarter', [{ value: 104 }]), { status: 409, body: { errors: [{ code: 'conflict' }] } })
  const range = { start_on: '2014-01-01', end_on: '2014-03-31' }
  for (const period of ['quarter', 'financial_quarter']) {
    t.match(await get(app, seriesUrl({ ...range, period })), { data: [{ values: [{ value: 109, basis: 'counts' }] }] })
    t.match(await get(app, kpiUrl('transactions', { ...range, period })), { data: [{ values: [{ value: 102 }] }] })
  }
  await put('quarter', [])
  t.match(await put('financial_quarter', [{ value: 104 }]), { body: { stored: 1 } }, 'once the other is withdrawn')
})
