import { createHash } from 'node:crypto'
import t from 'tap'
import { EventSchema, type Event } from '../../src/domain/event.ts'
import { readEvent } from '../../src/events/store/read.ts'
import { eventToWire } from '../../src/http/wire/events.ts'
import { findDifferences } from '../../src/rollups/verify.ts'
import { testApp, testSource } from '../support/app.ts'
import { configure } from '../support/case.ts'

/** An event with every field, none of them as it would be if it were left out. A new field has to be added to both. */
const FIRST: Required<Event> = {
  id: 'first',
  type: 'rating',
  authority: 'solihull',
  service: 'report-missed-bin',
  occurred_at: '2014-05-27T23:31:00.250Z', // 28 May in London
  channel: 'web',
  outcome: '2',
  count: 3,
  ward: 'E05001286',
  street: 45203501,
  amount_pence: -999_999_999_999,
  duration_seconds: 90,
  provider: 'coventry',
  avoidable: true,
  revision: 2,
  attributes: { reason: 'not-presented', assisted: true }
}
/** The same event with every field but its id changed. */
const SECOND: Required<Event> = {
  id: 'first',
  type: 'journey',
  authority: 'birmingham',
  service: 'renew-library-item',
  occurred_at: '2014-12-31T23:59:59.000Z',
  channel: 'telephone-agent',
  outcome: 'ineligible',
  count: 0,
  ward: null,
  street: 1,
  amount_pence: 7,
  duration_seconds: 2_147_483_647,
  provider: 'solihull',
  avoidable: false,
  revision: 3,
  attributes: { device: 'tablet' }
}
const SHOWN_FIRST = { ...FIRST, local_date: '2014-05-28' }
const SHOWN_SECOND = { ...SECOND, ward: 'unknown', local_date: '2014-12-31' }
/** Changed together with a field, for that one to be right. */
const WITH: Partial<Record<keyof Event, Partial<Event>>> = {
  type: { outcome: 'completed' }, outcome: { outcome: '3' }, authority: { ward: null }, service: { attributes: {} }
}
const FIELDS = Object.keys(EventSchema.properties) as Array<keyof Event>

const NEW = { ...FIRST, id: 'other' }
const cloud = ({ id, occurred_at: time, ...data }: Event) => ({
  specversion: '1.0', id, source: '/bartec', type: 'uk.gov.local.event', time, data
})

/** Every way in: how a body is made of an event, and how many other events come with it. */
const WAYS: Record<string, { type: string, body: (event: Event) => string, beside?: number }> = {
  'one of JSON': { type: 'application/json', body: (event) => JSON.stringify(event) },
  'an array': { type: 'application/json', body: (event) => JSON.stringify([NEW, event]), beside: 1 },
  NDJSON: { type: 'application/x-ndjson', body: (event) => `${JSON.stringify(NEW)}\n${JSON.stringify(event)}\n`, beside: 1 },
  'a CloudEvent': { type: 'application/cloudevents+json', body: (event) => JSON.stringify(cloud(event)) },
  'a batch of CloudEvents': {
    type: 'application/cloudevents-batch+json', body: (event) => JSON.stringify([cloud(event), cloud(NEW)]), beside: 1
  }
}

t.test('every field of an event, by every way in: stored, sent again, revised, voided and read back whole', async (t) => {
  t.same(Object.keys(FIRST).sort(), FIELDS.toSorted(), 'every field is here')
  t.same(FIELDS.filter((field) => JSON.stringify(FIRST[field]) === JSON.stringify(SECOND[field])), ['id'])
  const { app, database: { pool } } = await testApp(t, '2015-06-10T12:00:00Z')

  for (const [name, { type, body, beside = 0 }] of Object.entries(WAYS)) {
    for (const known of [false, true]) {
      await t.test(`${name}${known ? ', beside an event that is stored already' : ''}`, async (t) => {
        const source = `solihull/${known ? 'known' : 'new'}-${Object.keys(WAYS).indexOf(name)}`
        const headers = await testSource(app, source, {
          services: ['report-missed-bin', 'renew-library-item'], provider_for: ['birmingham']
        })
        const send = async (event: Event, query = '') => (await app.inject({
          method: 'POST', url: `/v1/events${query}`, headers: { ...headers, 'content-type': type }, payload: body(event)
        })).json()
        const read = async () => {
          const { receipt, ...event } = (await app.inject({ url: '/v1/events/first', headers })).json()
          return { ...event, history: event.history.map(({ receipt, ...version }: { receipt: string }) => version) }
        }
        if (known && beside === 0) return // a body of one event has nothing beside it
        if (known) {
          const other = JSON.stringify(NEW)
          const stored = await app.inject({
            method: 'POST',
            url: '/v1/events',
            headers: { ...headers, 'content-type': 'application/json' },
            payload: other
          })
          t.match(stored.json(), { stored: 1 })
        }
        const others = known ? 0 : beside
        t.match(await send(FIRST, '?dry_run=true'), { receipt: null, stored: 1 + others })
        const first = await send(FIRST)
        t.match(first, { stored: 1 + others, duplicates: beside - others, rejected: 0 })
        const inForce = { ...SHOWN_FIRST, voided_at: null }
        t.same(await read(), { ...inForce, history: [] })
        t.match(await send(FIRST), { stored: 0, duplicates: 1 + beside, revised: 0 }, 'sent again')

        for (const field of FIELDS.filter((field) => field !== 'id' && field !== 'revision')) {
          const changed = { ...FIRST, [field]: SECOND[field], ...WITH[field] }
          t.match(await send(changed), { code: 'conflict', errors: [{ code: 'conflict' }] }, `another ${field}`)
        }
        const revision = await send(SECOND)
        t.match(revision, { revised: 1, duplicates: beside })
        t.match((await app.inject({ url: '/v1/events/first', headers })).json(), {
          receipt: revision.receipt, history: [{ receipt: first.receipt }]
        })
        const { id, ...version } = inForce
        const replaced = { ...version, replaced_at: '2015-06-10T12:00:00.000Z' }
        t.same(await read(), { ...SHOWN_SECOND, voided_at: null, history: [replaced] })
        t.match(await send(FIRST), { stored: 0, duplicates: 1 + beside }, 'a late retry of the first')
        t.match(await send({ ...FIRST, count: 4 }), { errors: [{ code: 'stale-revision' }] }, 'which it is not here')

        const voided = await app.inject({ method: 'DELETE', url: '/v1/events/first', headers })
        t.equal(voided.statusCode, 200)
        t.same(await read(), { ...SHOWN_SECOND, voided_at: '2015-06-10T12:00:00.000Z', history: [replaced] })
        t.match(await send({ ...FIRST, revision: 4 }), { revised: 1 }, 'a void ends with a higher revision')
        const { id: _, ...second } = { ...SHOWN_SECOND, voided_at: '2015-06-10T12:00:00.000Z' }
        t.same(await read(), {
          ...inForce,
          revision: 4,
          history: [{ ...second, replaced_at: '2015-06-10T12:00:00.000Z' }, replaced]
        })
        for (const late of [FIRST, SECOND]) t.match(await send(late), { stored: 0, duplicates: 1 + beside })
        t.match(await send({ ...SECOND, revision: 2 }), { errors: [{ code: 'stale-revision' }] }, 'said by another one')
      })
    }
  }
  t.same(await findDifferences(pool, 10), [])
})

t.test('a field that is left out is stored as what its absence means, by both ways in', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin'] })
  const least = (id: string) => ({
    id, authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00'
  })
  for (const [ids, counts] of [[['a'], { stored: 1 }], [['a', 'b'], { stored: 1, duplicates: 1 }]] as const) {
    const payload = ids.map(least)
    t.match((await app.inject({ method: 'POST', url: '/v1/events', headers, payload })).json(), counts)
    const { receipt, ...shown } = (await app.inject({ url: `/v1/events/${ids.at(-1) ?? ''}`, headers })).json()
    t.same(shown, {
      id: ids.at(-1),
      revision: 1,
      type: 'transaction',
      authority: 'solihull',
      service: 'report-missed-bin',
      occurred_at: '2014-05-27T07:31:00.000Z',
      local_date: '2014-05-27',
      channel: 'unknown',
      outcome: 'reported',
      count: 1,
      ward: 'unknown',
      street: null,
      amount_pence: null,
      duration_seconds: null,
      provider: null,
      avoidable: false,
      attributes: {},
      voided_at: null,
      history: []
    })
  }
  const said = {
    type: 'transaction',
    channel: 'unknown',
    outcome: 'reported',
    count: 1,
    ward: null,
    provider: 'solihull',
    avoidable: false,
    revision: 1
  }
  t.match(
    (await app.inject({ method: 'POST', url: '/v1/events', headers, payload: { ...least('a'), ...said } })).json(),
    { duplicates: 1 },
    'to say it is the same'
  )
})

t.test('a record of a mapped data set has every field that its mapping can name', async (t) => {
  const { app, database: { pool }, catalogue } = await testApp(t)
  await configure(app, [{
    data_group: 'solihull-bins',
    data_type: 'by-channel',
    raw_queries_allowed: true,
    authority: 'solihull',
    service: 'report-missed-bin',
    mapping: { channel: 'how', count: 'many', ward: 'where' },
    bearer_token: 'secret-of-the-sender'
  }])
  const send = async (record: object) => {
    const { statusCode, body } = await app.inject({
      method: 'POST',
      url: '/data/solihull-bins/by-channel',
      headers: { authorization: 'Bearer secret-of-the-sender', 'content-type': 'application/json' },
      payload: [{ _id: 'é', _timestamp: '2014-05-27T00:00:00+00:00', ...record }]
    })
    t.equal(statusCode, 200, body)
  }
  const read = async () => {
    const { rows: [source] } = await pool.query("SELECT id, authority_id FROM source WHERE name LIKE 'data-set:%'")
    const id = createHash('sha256').update('é').digest('hex')
    const [current, ...earlier] = await readEvent(pool, { ownerId: source.authority_id, sourceId: source.id }, id)
    if (current === undefined) throw new Error('the record is no event')
    return eventToWire([current, ...earlier], catalogue.directory)
  }
  const shown = { channel: 'web', count: 5, ward: 'E05001286', local_date: '2014-05-27' }
  await send({ how: 'web', many: 5, where: 'E05001286' })
  await send({ how: 'web', many: 5, where: 'E05001286' })
  t.match(await read(), { ...shown, revision: 1, history: [] })
  await send({ how: 'email', many: 0, where: 'E05001285', _timestamp: '2014-05-28T00:00:00+00:00' })
  t.match(await read(), {
    channel: 'email', count: 0, ward: 'E05001285', local_date: '2014-05-28', revision: 2, history: [shown]
  })
  await app.inject({
    method: 'DELETE', url: '/data/solihull-bins/by-channel/%C3%A9', headers: { authorization: 'Bearer secret-of-the-sender' }
  })
  t.match(await read(), { count: 0, voided_at: '2014-06-10T12:00:00.000Z', history: [shown] })
  t.same(await findDifferences(pool, 10), [])
})
