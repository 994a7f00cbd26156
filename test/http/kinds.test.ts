import t from 'tap'
import { testApp } from '../support/app.ts'
import { call, get, operator, put } from '../support/builders.ts'

const csv = { ...operator, 'content-type': 'text/csv' }
const LICENCE = '<https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/>; rel="license"'

t.test('a channel is set, found, listed and removed', async (t) => {
  const { app, clock } = await testApp(t)
  const bot = { label: 'Chatbot', digital_class: 'digital', aliases: ['Bot'] }
  const made = await call(app, 'PUT', '/v1/channels/chatbot', operator, bot)
  t.equal(made.status, 201)
  t.match(made.body, {
    slug: 'chatbot',
    ...bot,
    note: '',
    performance_platform_key: null,
    valid_to: null,
    origin: 'local',
    changed_at: new Date(clock.now).toISOString(),
    licence: /Open Government/,
    attribution: /LG Inform/
  })
  const again = await call(app, 'PUT', '/v1/channels/chatbot', operator, { note: 'on trial' })
  t.equal(again.status, 200)
  t.match(again.body, { ...bot, note: 'on trial' }, 'what is left out stays')

  t.match(await get(app, '/v1/channels/web'), { slug: 'web', origin: 'shipped', changed_at: null, licence: /Open/ })
  const { data } = await get(app, '/v1/channels?q=BOT')
  t.same(data.map(({ slug }: { slug: string }) => slug), ['chatbot'])
  t.match((await call(app, 'GET', '/v1/channels/chatbox')).body, { status: 404, detail: /Did you mean chatbot\?/ })

  t.equal((await call(app, 'DELETE', '/v1/channels/chatbot?from=2014-07-01', operator)).status, 204)
  t.equal((await get(app, '/v1/channels/chatbot')).valid_to, '2014-06-30', 'ended')
  t.equal((await call(app, 'DELETE', '/v1/channels/chatbot', operator)).status, 204)
  t.equal((await call(app, 'GET', '/v1/channels/chatbot')).status, 404)
  t.equal((await call(app, 'DELETE', '/v1/channels/chatbot', operator)).status, 404)
  t.notOk((await get(app, '/v1/channels')).data.some(({ slug }: { slug: string }) => slug === 'chatbot'))
  const back = await call(app, 'PUT', '/v1/channels/chatbot', operator, bot)
  t.equal(back.status, 201, 'it is there again')
  t.equal(back.body.valid_to, null)
})

t.test('a row that is wrong says where and what to do', async (t) => {
  const { app } = await testApp(t)
  const bad = async (body: unknown) => (await call(app, 'PUT', '/v1/channels/kiosk', operator, body as object)).body
  t.match(await bad({ digital_class: 'paper' }), { status: 400, code: 'invalid-request', detail: /digital_class/ })
  t.match(await bad({ labels: 'x' }), { status: 400, detail: /Did you mean label\?/ })
  t.match(await bad({ slug: 'web' }), { status: 400, detail: /not what the address says/ })
  t.match(await bad([]), { status: 400, errors: [{ code: 'not-an-object' }] })
  t.match(await bad({ aliases: ['ONLINE'] }), {
    status: 422, code: 'invalid-value', detail: /"online" is a name of the channel web already/
  })
  t.match((await call(app, 'PUT', '/v1/channels/Chat_bot', operator, { label: 'x', digital_class: 'digital' })).body, {
    status: 400, errors: [{ pointer: '/slug' }]
  })
  t.equal((await call(app, 'PUT', '/v1/channels/kiosk', csv, 'a')).status, 415)
  t.equal((await call(app, 'PUT', '/v1/channels/kiosk', operator)).status, 400)
})

t.test('many at once, as CSV or JSON, with a preview', async (t) => {
  const { app, database: { pool } } = await testApp(t)
  const read = await call(app, 'GET', '/v1/channels?format=csv')
  t.equal(read.headers['link'], [
    '</v1/channels?format=csv>; rel="first"', LICENCE,
    '</v1/channels-metadata.json>; rel="describedby"; type="application/csvm+json"',
    '</v1/channels?format=json>; rel="alternate"; type="application/json"'
  ].join(', '))
  t.equal((await call(app, 'GET', '/v1/channels', { accept: 'text/csv' })).body, read.body)

  const same = await put(app, '/v1/channels', read.body, csv)
  t.match(same, { dry_run: false, created: [], changed: [], licence: /Open/ }, 'what was read may be sent back')
  t.equal(same.unchanged.length, 17)
  t.match(await get(app, '/v1/channels/web'), { origin: 'shipped' }, 'and is as it was shipped')
  t.equal((await pool.query("SELECT FROM audit WHERE action = 'put-channels'")).rowCount, 0)

  const text = 'slug,label,digital_class,aliases\nweb,"Web, or app",digital,digital|Online\nchatbot,Chatbot,digital,\n'
  const wanted = {
    created: ['chatbot'],
    changed: [{ key: 'web', fields: { label: { from: 'Website or app', to: 'Web, or app' } } }],
    unchanged: []
  }
  t.match(await put(app, '/v1/channels?dry_run=true', text, csv), { dry_run: true, ...wanted })
  t.equal((await call(app, 'GET', '/v1/channels/chatbot')).status, 404, 'a preview stores nothing')
  t.match(await put(app, '/v1/channels', text, csv), { dry_run: false, ...wanted })
  t.match(await get(app, '/v1/channels/web'), {
    label: 'Web, or app', aliases: ['digital', 'Online'], performance_platform_key: 'digital', origin: 'local'
  }, 'a column that is not sent stays')
  const { rows } = await pool.query("SELECT subject, detail FROM audit WHERE action = 'put-channels'")
  t.same(rows, [{ subject: 'channels', detail: { count: 2, keys: ['web', 'chatbot'] } }])

  const wrong = await call(app, 'PUT', '/v1/channels', csv, [
    'slug,label,digital_class,aliases', 'drone,Drone,digital,', '', 'kiosk,"two', 'lines",paper,', 'drone,Drone,digital,'
  ].join('\n'))
  t.match(wrong.body, {
    status: 422,
    code: 'rows-rejected',
    errors: [{ index: 1, line: 5, pointer: '/digital_class', detail: /^Line 5, column digital_class: .*non-digital/ }]
  })
  t.match((await call(app, 'PUT', '/v1/channels', operator, [
    { slug: 'drone', label: 'Drone', digital_class: 'digital', aliases: ['bee'] },
    { slug: 'robot', label: 'Robot', digital_class: 'digital', aliases: ['Bee'] },
    { slug: 'drone', label: 'Drone', digital_class: 'digital' }
  ])).body, {
    status: 422,
    errors: [
      { index: 0, pointer: '/aliases', detail: /robot/ },
      { index: 1, detail: /drone/ },
      { index: 2, pointer: '/slug', detail: /drone stands twice/ }
    ]
  })
  t.equal((await call(app, 'GET', '/v1/channels/drone')).status, 404, 'nothing of a bad list is stored')
  t.match((await call(app, 'PUT', '/v1/channels', csv, 'slug,colour\na,b\n')).body, {
    status: 400, detail: /The column colour is not known; use slug, label/
  })
  t.match((await call(app, 'PUT', '/v1/channels', csv, 'slug,slug\na,b\n')).body, { detail: /stands twice/ })
  t.match((await call(app, 'PUT', '/v1/channels', csv, 'slug,label\na,"b\n')).body, { detail: /cannot be read/ })
  t.equal((await call(app, 'PUT', '/v1/channels', operator, [])).status, 400)
  t.equal((await call(app, 'PUT', '/v1/channels', operator, {})).status, 400)
  const many = Array.from({ length: 20_001 }, (_, i) => ({ slug: `c${i}`, label: 'C', digital_class: 'digital' }))
  t.match((await call(app, 'PUT', '/v1/channels', operator, many)).body, { status: 413, detail: /at most 20000/ })
})

t.test('a list is paged in the order of its keys, stable while rows are added', async (t) => {
  const { app } = await testApp(t)
  const all = (await get(app, '/v1/channels')).data.map(({ slug }: { slug: string }) => slug)
  t.same(all, [...all].sort())
  const first = await get(app, '/v1/channels?limit=10')
  t.same(first.data.map(({ slug }: { slug: string }) => slug), all.slice(0, 10))
  await put(app, '/v1/channels/aaa', { label: 'First', digital_class: 'digital' })
  await put(app, '/v1/channels/zzz', { label: 'Last', digital_class: 'digital' })
  const second = await get(app, first.links.next)
  t.same(second.data.map(({ slug }: { slug: string }) => slug), [...all.slice(10), 'zzz'])
  t.notOk(second.links.next)
  const page = await call(app, 'GET', '/v1/channels?limit=3&format=csv')
  t.match(String(page.headers['link']), /^<\/v1\/channels\?limit=3&format=csv>; rel="first", <\/v1\/channels\?.*after=.*>; rel="next", <https.*rel="license", /)
  t.equal((await call(app, 'GET', '/v1/channels?limit=10001')).status, 400)
  t.equal((await call(app, 'GET', '/v1/channels', { accept: 'image/png' })).status, 406)
})
