import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { lockPlaces } from '../../src/observations/store/lock.ts'
import { withdrawOthers, type ObservationSet } from '../../src/observations/store/write.ts'
import { testApp, testSource } from '../support/app.ts'

const ROW = {
  authority: 'solihull',
  service: 'report-missed-bin',
  measure: 'collections_made',
  period: 'week',
  start_on: '2014-05-26',
  value: 412000
}

t.test('POST and PUT /v1/observations', async (t) => {
  const { app, database: { pool } } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', {
    services: ['report-missed-bin'], channels: { Phone: 'telephone-agent' }
  })
  const send = async (payload: object | string, more: Record<string, string> = {}) => {
    const response = await app.inject({
      method: 'POST',
      url: '/v1/observations',
      headers: { ...headers, 'content-type': 'application/json', ...more },
      payload
    })
    return { status: response.statusCode, body: response.json() }
  }
  const path = '/v1/observations/solihull/report-missed-bin/collections_made'
  const figures = async (start_on = '2014-05-26') =>
    (await app.inject({ url: `${path}?period=week&start_on=${start_on}`, headers })).json().figures

  t.test('the same again is a duplicate, another value a revision with history', async (t) => {
    t.match((await send(ROW)).body, { received: 1, stored: 1, revised: 0, duplicates: 0 })
    t.match((await send({ ...ROW, end_on: '2014-06-01', authority: 'E08000029' })).body, { stored: 0, duplicates: 1 })
    t.match((await send({ ...ROW, value: 411000, note: 'one round on strike' })).body, { revised: 1 })
    t.match(await figures(), [{
      value: 411000, revision: 2, note: 'one round on strike', history: [{ value: 412000, revision: 1 }]
    }])
  })

  t.test('refuses dates that are not a period, and names that are not known, row by row', async (t) => {
    const { status, body } = await send([
      { ...ROW, start_on: '2014-05-27' },
      { ...ROW, end_on: '2014-06-02' },
      { ...ROW, measure: 'collection_made' },
      { ...ROW, value: -1 },
      { ...ROW, value: 1.5 },
      { ...ROW, start_on: '2014-06-16' },
      { ...ROW, authority: 'leeds' },
      { ...ROW, service: 'renew-library-item' },
      { ...ROW, colour: 1 },
      7
    ])
    t.equal(status, 422)
    t.match(body.errors, [
      { index: 0, pointer: '/start_on', code: 'wrong-period', detail: /2014-05-26/ },
      { index: 1, pointer: '/end_on', code: 'wrong-period' },
      { index: 2, pointer: '/measure', code: 'unknown-measure', detail: /collections_made/ },
      { index: 3, pointer: '/value', code: 'invalid-value' },
      { index: 4, pointer: '/value', code: 'invalid-value' },
      { index: 5, pointer: '/start_on', code: 'too-far-in-future' },
      { index: 6, pointer: '/authority', code: 'authority-not-allowed' },
      { index: 7, pointer: '/service', code: 'service-not-allowed' },
      { index: 8, pointer: '/colour', code: 'unknown-field' },
      { index: 9, pointer: '', code: 'not-an-object' }
    ])
  })

  t.test('names every unknown field, however many there are, and stores nothing beside it', async (t) => {
    const unknown = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`field${i}`, i]))
    const { status, body } = await send([{ ...ROW, start_on: '2014-04-28' }, { ...ROW, ...unknown }])
    t.equal(status, 422)
    t.same(
      body.errors.map(({ index, pointer, code }: Record<string, unknown>) => [index, pointer, code]),
      Object.keys(unknown).map((name) => [1, `/${name}`, 'unknown-field'])
    )
    t.same(await figures('2014-04-28'), [])
  })

  t.test('lenient stores the good rows; NDJSON; the same key twice in a batch', async (t) => {
    const rows = [{ ...ROW, start_on: '2014-05-19' }, { ...ROW, start_on: '2014-05-20' }].map((row) =>
      JSON.stringify(row)
    ).join('\n')
    t.match(
      (await send(`${rows}\nnot json\n`, { 'content-type': 'application/x-ndjson', prefer: 'handling=lenient' })).body,
      { received: 3, stored: 1, rejected: 2, errors: [{ index: 1 }, { index: 2, code: 'invalid-json' }] }
    )
    const twice = [{ ...ROW, start_on: '2014-05-12' }, { ...ROW, start_on: '2014-05-12', value: 1 }]
    t.match((await send(twice)).body, { code: 'rows-rejected', errors: [{ index: 1, code: 'repeated-figure' }] })
    t.match((await send([twice[0], twice[0]] as object[])).body, { stored: 1, duplicates: 1 })
    const key = { 'idempotency-key': 'k1' }
    const first = await send({ ...ROW, start_on: '2014-05-05' }, key)
    t.same((await send({ ...ROW, start_on: '2014-05-05' }, key)).body, first.body)
  })

  t.test('a figure that comes while another writer withdraws it is the version after', async (t) => {
    const row = { ...ROW, start_on: '2014-03-31' }
    await send(row)
    const { rows: [held] } = await pool.query<ObservationSet & { sourceId: number }>(
      `
      SELECT authority_id AS "authorityId", service_id AS "serviceId", measure_id AS "measureId",
        start_on AS "startOn", period, source_id AS "sourceId"
      FROM observation WHERE start_on = $1`,
      [row.start_on]
    )
    if (held === undefined) throw new Error('no figure')
    const withdrawing = await pool.connect()
    await withdrawing.query('BEGIN')
    await lockPlaces(withdrawing, [held])
    await withdrawOthers(withdrawing, held, [], { receiptId: 1, sourceId: held.sourceId, at: new Date(0) })
    const answer = send({ ...row, value: 7 })
    const waiting = async () =>
      (await pool.query("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))
        .rowCount !== 0
    while (!await waiting()) await wait(20)
    await withdrawing.query('COMMIT')
    withdrawing.release()
    t.match(await answer, { status: 200, body: { revised: 1 } })
    t.match(await figures('2014-03-31'), [{
      value: 7, revision: 3, history: [{ withdrawn: true, revision: 2 }, { revision: 1 }]
    }])
  })

  t.test('a note that cannot be kept is refused, row by row', async (t) => {
    const put = async (note: string) =>
      (await app.inject({
        method: 'PUT',
        url: path,
        headers,
        payload: { period: 'week', start_on: '2014-04-14', figures: [{ value: 1, note }] }
      })).json()
    for (const note of ['a\0b', 'a\ud800', '\udc00a']) {
      t.match((await send([{ ...ROW, start_on: '2014-04-14' }, { ...ROW, start_on: '2014-04-21', note }])).body, {
        code: 'rows-rejected', errors: [{ index: 1, pointer: '/note', code: 'invalid-value' }]
      })
      t.match(await put(note), { code: 'invalid-request', detail: /^body\.figures\.0\.note holds/ })
    }
    t.match(await put('one lorry \u{1f69b} fewer'), { stored: 1 })
    const lenient = await send([{ ...ROW, start_on: '2014-04-21' }, {
      ...ROW, service: 'no\0', start_on: '2014-04-21'
    }], { prefer: 'handling=lenient' })
    t.match(lenient, { status: 200, body: { stored: 1, rejected: 1, errors: [{ index: 1, pointer: '/service' }] } })
  })

  t.test('PUT replaces a period as a whole', async (t) => {
    const put = async (payload: object) => (await app.inject({ method: 'PUT', url: path, headers, payload })).json()
    await put({
      period: 'week', start_on: '2014-04-07', figures: [{ channel: 'web', value: 1 }, { channel: 'Phone', value: 2 }]
    })
    t.match(
      await put({
        period: 'week', start_on: '2014-04-07', figures: [{ channel: 'web', value: 1 }, { channel: 'paper', value: 3 }]
      }),
      { received: 2, stored: 1, duplicates: 1, revised: 1 }
    )
    const now = await figures('2014-04-07')
    t.match(now.find(({ channel }: { channel: string }) => channel === 'telephone-agent'), {
      withdrawn: true, revision: 2, history: [{ withdrawn: false, value: 2 }]
    })
    t.match(await put({ period: 'week', start_on: '2014-04-07', figures: [{ channel: 'Phone', value: 5 }] }), {
      revised: 3
    }, 'two withdrawn, one back')
    t.match(await put({ period: 'week', start_on: '2014-04-07', figures: [{ ward: 'nowhere', value: 5 }] }), {
      code: 'rows-rejected', errors: [{ pointer: '/ward' }]
    })
    t.match(await put({ period: 'week', start_on: '2014-04-08', figures: [] }), { code: 'wrong-period' })
  })
})
