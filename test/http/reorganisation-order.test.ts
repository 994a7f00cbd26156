import t from 'tap'
import { testApp, type TestApp } from '../support/app.ts'
import { administratorOf, bearer, call, get, issueToken, operator, put, testSource } from '../support/builders.ts'
import { EAST, reorganise, stored, SURREY, WEST } from '../support/reorganisations.ts'

type Test = Parameters<typeof testApp>[0]
const BEFORE = '2027-03-01T12:00:00Z'
const CONTACT = { source: 'surrey/contact-centre', to: ['east-surrey', 'west-surrey'] }

/** Surrey with systems, people, groups and rules of its own. */
async function surrey (t: Test): Promise<TestApp> {
  const running = await testApp(t, BEFORE)
  const { app } = running
  await testSource(app, 'guildford/bartec')
  await testSource(app, 'woking/whitespace')
  await testSource(app, 'surrey/contact-centre', { services: ['renew-library-item'] })
  await testSource(app, 'solihull/shared', { services: ['report-missed-bin'], provider_for: ['elmbridge'] })
  await put(app, '/v1/comparator-groups/home-counties', {
    title: 'Home counties', authorities: ['guildford', 'wokingham', 'elmbridge']
  })
  await put(app, '/v1/comparator-groups/elsewhere', { title: 'Elsewhere', authorities: ['solihull'] })
  return running
}

const refused = async ({ app }: TestApp, order: object): Promise<Array<[string, string]>> => {
  const { status, body } = await call(app, 'POST', '/v1/reorganisations', operator, order)
  if (status !== 422 || body.code !== 'reorganisation-refused') throw new Error(JSON.stringify(body))
  return body.errors.map(({ pointer, detail }: { pointer: string, detail: string }) => [pointer, detail])
}

t.test('where one gives way to several, the operator says what goes where', async (t) => {
  const running = await surrey(t)
  t.match(await refused(running, SURREY), [[
    '/sources',
    /^surrey\/contact-centre reports on surrey, which gives way to east-surrey and west-surrey: say for which it goes on/
  ]])
  const made = await reorganise(running, { ...SURREY, sources: [CONTACT] })
  t.match(made, { id: 'surrey-2027', on: '2027-04-01', status: 'to-come', dry_run: false })
  t.same(made.ended.length, 12)
  t.match(made.ended[0], { authority: 'surrey', last_day: '2027-03-31', successors: ['east-surrey', 'west-surrey'] })
  t.match(made.begun, [
    {
      authority: 'east-surrey',
      gss: null,
      tier: 'unitary',
      region: 'South East',
      nation: 'England',
      short_name: 'East Surrey',
      first_day: '2027-04-01',
      predecessors: ['surrey', ...EAST]
    },
    { authority: 'west-surrey', predecessors: ['surrey', ...WEST] }
  ])
  t.same(made.sources, [
    { source: 'guildford/bartec', to: ['west-surrey'], ends: false, tokens: 1 },
    { source: 'woking/whitespace', to: ['west-surrey'], ends: false, tokens: 1 },
    { source: 'surrey/contact-centre', to: ['east-surrey', 'west-surrey'], ends: false, tokens: 1 },
    { source: 'solihull/shared', to: ['east-surrey'], ends: false, tokens: 0 }
  ])
  t.same(made.comparator_groups, [{ group: 'home-counties', added: ['west-surrey', 'east-surrey'] }])
  t.match(made.warnings, [/^Nearest neighbours are those of the model/])
})

t.test('a county’s “no” to what districts do is no word about a unitary council; other differences are asked', async (t) => {
  const running = await surrey(t)
  const { database: { pool }, catalogue } = running
  const say = async (authority: string, service: string, delivers: string, provider: string | null = null) => {
    await pool.query(
      `INSERT INTO provision (authority_id, service_id, delivers, provider_id, basis)
       SELECT a.id, s.id, $3, (SELECT id FROM authority WHERE slug = $4), 'test' FROM authority a, service s
       WHERE a.slug = $1 AND s.slug = $2
       ON CONFLICT (authority_id, service_id) DO UPDATE SET delivers = excluded.delivers, provider_id = excluded.provider_id`,
      [authority, service, delivers, provider]
    )
    await catalogue.refresh()
  }
  await say('surrey', 'report-missed-bin', 'no') // as its tier says
  t.same((await reorganise(running, { ...SURREY, sources: 'end' }, '?dry_run=true')).provision, [])
  for (const slug of WEST) await say(slug, 'pay-council-tax', 'via-other-body', 'surrey')
  await say('elmbridge', 'report-missed-bin', 'via-other-body', 'solihull')
  await say('surrey', 'renew-library-item', 'via-other-body', 'solihull')
  t.match(await refused(running, { ...SURREY, sources: 'end' }), [[
    '/provision',
    /^What the predecessors of east-surrey say of report-missed-bin does not settle it \(elmbridge: via solihull; epsom/
  ]])
  const provision = [{ authority: 'east-surrey', service: 'report-missed-bin', delivers: 'yes' }]
  t.same((await reorganise(running, { ...SURREY, sources: 'end', provision }, '?dry_run=true')).provision, [
    { authority: 'east-surrey', service: 'report-missed-bin', delivers: 'yes', provider: null },
    { authority: 'east-surrey', service: 'renew-library-item', delivers: 'via-other-body', provider: 'solihull' },
    { authority: 'west-surrey', service: 'renew-library-item', delivers: 'via-other-body', provider: 'solihull' }
  ], 'what was delivered via the county is delivered by its successor itself')
  t.same((await reorganise(running, { ...SURREY, sources: 'end', provision: 'end' }, '?dry_run=true')).provision, [])
})

t.test('a successor keeps back whatever one of its predecessors did', async (t) => {
  const running = await surrey(t)
  const { app } = running
  const rule = (address: string, rule: object) => put(app, `/v1/disclosure-rules/${address}`, rule)
  await rule('all/report-missed-bin/ward', { threshold: 7, delay_days: 3 })
  await rule('guildford/all/ward', { threshold: 5, finest: 'month', round_to: 5 })
  await rule('woking/report-missed-bin/ward', { threshold: 10, finest: 'week' })
  await rule('solihull/all/street', { threshold: 100 })
  await reorganise(running, { ...SURREY, sources: 'end' })
  running.clock.now = Date.parse('2027-04-01T12:00:00Z')
  t.match(await get(app, '/v1/disclosure-rules/west-surrey/report-missed-bin/ward'), {
    threshold: 10, finest: 'month', delay_days: 3, round_to: 5
  })
  t.match(await get(app, '/v1/disclosure-rules/west-surrey/pay-council-tax/ward'), {
    threshold: 5, finest: 'month', delay_days: 0, round_to: 5
  })
  t.match(await get(app, '/v1/disclosure-rules/west-surrey/all/street'), { threshold: 5 }, 'nobody said more')
  t.match(await get(app, '/v1/disclosure-rules/east-surrey/report-missed-bin/ward'), { threshold: 7, delay_days: 3 })
})

t.test('a preview says what would be done and does nothing', async (t) => {
  const running = await surrey(t)
  const before = await stored(running)
  const order = { ...SURREY, sources: [CONTACT] }
  const preview = await reorganise(running, order, '?dry_run=true')
  t.equal(preview.dry_run, true)
  t.same(await stored(running), before)
  t.equal((await get(running.app, '/v1/reorganisations')).data.length, 0)
  t.same(await reorganise(running, order), { ...preview, dry_run: false }, 'and then that is done')
  t.notSame((await stored(running))['authority'], before['authority'])
})

t.test('undone before its day, everything is as it was, and it can be made again', async (t) => {
  const running = await surrey(t)
  const { app, database: { pool }, clock } = running
  const administrator = await administratorOf(app, 'guildford')
  const { rows: [{ id: token }] } = await pool.query('SELECT id FROM token WHERE role = \'administrator\'')
  await put(app, '/v1/disclosure-rules/guildford/all/ward', { threshold: 9 })
  await pool.query('UPDATE authority SET covers = \'{E07000209,E07000210}\' WHERE slug = \'centro\'')
  await issueToken(app, 'sources/woking/whitespace', { days: 2 })
  const before = await stored(running)
  const order = {
    ...SURREY,
    sources: [CONTACT, { source: 'woking/whitespace', end: true }],
    administrators: [{ token, to: ['west-surrey'] }]
  }
  const { rows: [{ n: audited }] } = await pool.query('SELECT count(*) AS n FROM audit WHERE action <> \'refused\'')
  for (const time of ['once', 'twice']) {
    const made = await reorganise(running, order)
    t.match(made.administrators, [{ token, added: ['west-surrey'] }])
    t.same(made.covers, [{ authority: 'centro', added: ['west-surrey', 'east-surrey'] }], 'who covers the old')
    t.match((await call(app, 'GET', '/v1/reorganisations/surrey-2027')).body, { status: 'to-come', title: 'Surrey 2027' })
    const { sources, administrators, disclosure_rules, warnings } = await get(app, '/v1/reorganisations/surrey-2027')
    t.same([sources, administrators, disclosure_rules, warnings], [undefined, undefined, undefined, undefined], 'in public')
    t.ok((await get(app, '/v1/reorganisations/surrey-2027', operator)).sources.length > 0)
    t.equal((await call(app, 'DELETE', '/v1/reorganisations/surrey-2027', administrator)).status, 403)
    t.equal((await call(app, 'DELETE', '/v1/reorganisations/surrey-2027', operator)).status, 204)
    const after = await stored(running)
    const there = (rows: unknown[] = []) => rows.filter((row) => (row as { removed_at?: unknown }).removed_at == null)
    for (const [table, rows] of Object.entries(before)) {
      const strip = (some: unknown[]) =>
        some.map((row) => ({ ...row as object, updated_at: null })).sort((a, b) =>
          JSON.stringify(a).localeCompare(JSON.stringify(b))
        )
      t.same(strip(there(after[table])), strip(there(rows)), `${table}, ${time}`)
    }
    t.equal((await call(app, 'GET', '/v1/reorganisations/surrey-2027')).status, 404)
  }
  const { rows: lines } = await pool.query(
    'SELECT action FROM audit WHERE action <> \'refused\' ORDER BY id OFFSET $1', [audited]
  )
  t.same(lines.map(({ action }) => action), [
    'reorganise', 'undo-reorganisation', 'reorganise', 'undo-reorganisation'
  ])
  await reorganise(running, order)
  clock.now = Date.parse('2027-03-31T23:00:00Z') // midnight in London
  const late = await call(app, 'DELETE', '/v1/reorganisations/surrey-2027', operator)
  t.match([late.status, late.body.code], [409, 'already-in-force'])
  t.equal((await call(app, 'DELETE', '/v1/reorganisations/surrey-2028', operator)).status, 404)
})

t.test('what was changed since is not undone over somebody’s head', async (t) => {
  const running = await surrey(t)
  const { app, database: { pool } } = running
  await reorganise(running, { ...SURREY, sources: 'end' })
  await reorganise(running, {
    title: 'Greater Surrey',
    on: '2030-04-01',
    end: ['east-surrey', 'west-surrey'],
    begin: [{ slug: 'greater-surrey', name: 'Surrey', type: 'unitary', predecessors: ['east-surrey', 'west-surrey'] }]
  })
  const undo = await call(app, 'DELETE', '/v1/reorganisations/surrey-2027', operator)
  t.match([undo.status, undo.body.code], [409, 'conflict'])
  t.match(undo.body.detail, /east-surrey, west-surrey gives way to others already/)
  t.equal((await call(app, 'DELETE', '/v1/reorganisations/greater-surrey', operator)).status, 204)
  await pool.query('UPDATE authority SET valid_to = \'2027-03-30\' WHERE slug = \'woking\'')
  t.equal((await call(app, 'DELETE', '/v1/reorganisations/surrey-2027', operator)).status, 409)
  t.match((await get(app, '/v1/reorganisations')).data, [{ id: 'surrey-2027' }], 'nothing of it was undone')
})

t.test('everything that is wrong is said at once, where it stands and what to do', async (t) => {
  const running = await surrey(t)
  const before = await stored(running)
  const errors = await refused(running, {
    title: '...',
    on: '2027-04-01',
    end: ['guildford', 'Guildford', 'cumbria', 'gilford', 'woking', 'runnymede'],
    begin: [
      { slug: 'West_Surrey', name: 'West', type: 'unitary', gss: 'E07000999', predecessors: ['guildford', 'kent'] },
      { slug: 'kent', name: 'Kent', type: 'district', gss: 'E07000106', parent: 'solihull', predecessors: ['woking'] },
      {
        slug: 'east',
        name: 'East',
        type: 'unitary',
        predecessors: ['guildford', 'woking'],
        combined_authority: 'nobody',
        aliases: ['Solihull']
      },
      { slug: 'east', name: 'East', type: 'passenger-transport-body', gss: 'E06000999', predecessors: ['woking'] }
    ],
    wards: [
      { from: 'guildford', codes: ['E05000001'], to: 'east' },
      { from: 'surrey', to: 'nowhere' },
      { codes: ['E05099999'], end: true }
    ],
    sources: [
      { source: 'woking/whitespace', to: ['solihull'] },
      { source: 'solihull/bartec', end: true },
      { source: 'guildford/bartec' }
    ],
    provision: [
      { authority: 'solihull', service: 'report-missed-bin', delivers: 'yes' },
      { authority: 'east', service: 'fly-fishing', delivers: 'via-other-body', provider: 'woking' }
    ],
    comparator_groups: [{ group: 'nobody', end: true }],
    administrators: [{ token: 'nobody', to: ['east'] }]
  })
  const has = (pointer: string, detail: RegExp) =>
    t.ok(errors.some(([at, said]) => at === pointer && detail.test(said)), `${pointer}: ${detail.source}`)
  has('/title', /needs a letter/)
  has('/end/1', /stands in the list twice/)
  has('/end/2', /^cumbria is not in force on 2027-03-31: it is there to 2023-0[34]-/)
  has('/end/3', /no authority gilford. Did you mean guildford/)
  has('/end/5', /No new authority names runnymede among its predecessors/)
  has('/begin/0/slug', /lower-case letters/)
  has('/begin/0/gss', /codes of a unitary begin with E06/)
  has('/begin/0/predecessors/1', /kent is not among those that end/)
  has('/begin/1/slug', /kent is a name of Kent County Council on 2027-04-01/)
  has('/begin/1/gss', /E07000106 is the code of/)
  has('/begin/1/parent', /solihull is no county/)
  has('/begin/2/combined_authority', /no authority nobody/)
  has('/begin/2/aliases/0', /solihull is a name of Solihull/)
  has('/begin/3/slug', /east is a name of another one that begins/)
  has('/begin/3/gss', /passenger-transport-body has no GSS code/)
  has('/wards/0', /Say either `from` or `codes`/)
  has('/wards/1/from', /surrey is not among those that end/)
  has('/wards/1/to', /nowhere is not among those that begin/)
  has('/wards/2/codes/0', /E05099999 is no ward of those that end/)
  has('/sources/0/to/0', /solihull follows none of the authorities/)
  has('/sources/1/source', /solihull\/bartec is no source that reports/)
  has('/sources/2', /Say either `to`/)
  has('/provision/0/authority', /solihull is not among those that begin/)
  has('/provision/1/service', /no service fly-fishing/)
  has('/provision/1/provider', /woking ends with this reorganisation/)
  has('/comparator_groups/0/group', /no comparator group nobody/)
  has('/administrators/0/token', /nobody is no token in force/)
  t.same(await stored(running), before, 'nothing was changed')

  await reorganise(running, { ...SURREY, sources: 'end' })
  const again = await refused(running, { ...SURREY, sources: 'end' })
  t.match(again[0], ['/title', /There is a reorganisation surrey-2027 already/])
  t.match(again[1], ['/end/0', /surrey ends on 2027-03-31 already and is followed by east-surrey and west-surrey/])
})

t.test('what is not in the contract is refused before anything is looked up', async (t) => {
  const { app } = await testApp(t, BEFORE)
  const statusOf = async (order: object, query = '') =>
    (await call(app, 'POST', `/v1/reorganisations${query}`, operator, order)).status
  t.equal(await statusOf({ ...SURREY, on: '2027-02-30' }), 400)
  t.equal(await statusOf({ ...SURREY, end: [] }), 400)
  t.equal(await statusOf({ ...SURREY, wards: 'keep' }), 400)
  t.equal(await statusOf({ ...SURREY, begin: [{ ...SURREY.begin[0], type: 'parish' }] }), 400)
  t.equal(await statusOf({ ...SURREY, more: 1 }), 400)
  t.equal(await statusOf(SURREY, '?dryrun=true'), 400)
  const anybody = await call(app, 'POST', '/v1/reorganisations', {}, SURREY)
  t.equal(anybody.status, 401)
  const source = bearer((await (async () => {
    await put(app, '/v1/sources/surrey/crm', { services: ['renew-library-item'] })
    return await issueToken(app, 'sources/surrey/crm')
  })()).token)
  t.equal((await call(app, 'POST', '/v1/reorganisations', source, SURREY)).status, 403)
  t.equal((await call(app, 'GET', '/v1/reorganisations?page=2')).status, 400)
})
