import { brotliCompressSync } from 'node:zlib'
import t from 'tap'
import { testApp, testSource } from '../support/app.ts'

const EVENT = {
  id: 'a1',
  authority: 'solihull',
  service: 'report-missed-bin',
  occurred_at: '2014-05-27T08:31:00+01:00',
  channel: 'Phone',
  ward: 'E05001286',
  street: 45203501
}

t.test('POST /v1/events', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', {
    services: ['report-missed-bin'], channels: { Phone: 'telephone-agent' }
  })
  const send = async (payload: object | string, more: { headers?: Record<string, string>, query?: string } = {}) => {
    const response = await app.inject({
      method: 'POST',
      url: `/v1/events${more.query ?? ''}`,
      headers: { ...headers, 'content-type': 'application/json', ...more.headers },
      payload
    })
    return { status: response.statusCode, body: response.json(), headers: response.headers }
  }

  t.test('a retry is a duplicate, other content a conflict, a higher revision replaces', async (t) => {
    t.match((await send(EVENT)).body, { received: 1, stored: 1, duplicates: 0 })
    t.match((await send(EVENT)).body, { stored: 0, duplicates: 1 })
    const conflict = await send({ ...EVENT, channel: 'web' })
    t.equal(conflict.status, 409)
    t.match(conflict.body, { code: 'conflict', errors: [{ index: 0, pointer: '/id', code: 'conflict' }] })
    t.match((await send({ ...EVENT, channel: 'web', revision: 2 })).body, { revised: 1 })
    t.match((await send(EVENT)).body, { duplicates: 1 }, 'a late retry of the first revision')
    t.match((await send({ ...EVENT, channel: 'email' })).body, { errors: [{ code: 'stale-revision' }] })
    const stored = (await app.inject({ url: '/v1/events/a1', headers })).json()
    t.match(stored, { revision: 2, channel: 'web', history: [{ revision: 1, channel: 'telephone-agent' }] })
  })

  t.test('the same content under other names is the same content', async (t) => {
    await send({ ...EVENT, id: 'names' })
    t.match(
      (await send({
        ...EVENT,
        id: 'names',
        authority: 'E08000029',
        channel: 'telephone-agent',
        ward: 'castle-bromwich',
        occurred_at: '2014-05-27T07:31:00Z'
      })).body,
      { duplicates: 1 }
    )
  })

  t.test('a void stays void on a retry and ends with a higher revision', async (t) => {
    await send({ ...EVENT, id: 'v1' })
    const voided = await app.inject({ method: 'DELETE', url: '/v1/events/v1', headers })
    t.equal(voided.statusCode, 200)
    t.type(voided.json().voided_at, 'string')
    t.match((await send({ ...EVENT, id: 'v1' })).body, { duplicates: 1 })
    t.type((await app.inject({ url: '/v1/events/v1', headers })).json().voided_at, 'string')
    t.match((await send({ ...EVENT, id: 'v1', revision: 2 })).body, { revised: 1 })
    t.equal((await app.inject({ url: '/v1/events/v1', headers })).json().voided_at, null)
    t.equal((await app.inject({ method: 'DELETE', url: '/v1/events/none', headers })).statusCode, 404)
    // Ŷ is U+0176, which is v where only the lower byte of a character counts.
    for (const id of ['%C5%B61', '%00', 'caf%C3%A9']) {
      t.match((await app.inject({ method: 'DELETE', url: `/v1/events/${id}`, headers })).json(), {
        code: 'invalid-request'
      }, id)
    }
    t.equal((await app.inject({ url: '/v1/events/v1', headers })).json().voided_at, null, 'no id stands for another')
  })

  t.test('strict: one bad row and nothing is stored; lenient: the good rows are', async (t) => {
    const batch = [{ ...EVENT, id: 's1' }, { ...EVENT, id: 's2', ward: 'E05009999' }, {
      ...EVENT, id: 's3', occurred_at: '2014-06-11T12:00:01Z'
    }, 5]
    const strict = await send(batch)
    t.equal(strict.status, 422)
    t.match(strict.body.errors, [
      { index: 1, pointer: '/ward', code: 'unknown-ward' },
      { index: 2, pointer: '/occurred_at', code: 'too-far-in-future' },
      { index: 3, pointer: '', code: 'not-an-object' }
    ])
    t.equal((await app.inject({ url: '/v1/events/s1', headers })).statusCode, 404)
    const lenient = await send(batch, { headers: { prefer: 'handling=lenient' } })
    t.equal(lenient.status, 200)
    t.equal(lenient.headers['preference-applied'], 'handling=lenient')
    t.match(lenient.body, { received: 4, stored: 1, rejected: 3, errors_total: 3 })
  })

  t.test('names every wrong field of a row and suggests the right one', async (t) => {
    const { body } = await send({
      id: 'x y', authority: 'solihul', wrd: 1, service: 5, occurred_at: '2014-05-27T08:31:00'
    })
    const errors = Object
      .fromEntries(body.errors.map((error: { pointer: string, code: string }) => [error.pointer, error.code]))
    t.same(errors, {
      '/id': 'invalid-value',
      '/wrd': 'unknown-field',
      '/service': 'invalid-value',
      '/occurred_at': 'invalid-value',
      '/authority': 'unknown-authority'
    })
    t.match(body.errors.find((error: { pointer: string }) => error.pointer === '/wrd').detail, /Did you mean ward/)
    t.match((await send({ ...EVENT, authority: 'solihul' })).body.errors[0], {
      code: 'unknown-authority', detail: /Did you mean solihull/
    })
    t.match((await send({ ...EVENT, channel: 'counter' })).body.errors[0], {
      code: 'unknown-channel', detail: /face-to-face/
    })
    t.match((await send({ ...EVENT, authority: 'nottingham' })).body.errors[0], { code: 'authority-not-allowed' })
    t.match((await send({ ...EVENT, service: 'pay-council-tax' })).body.errors[0], { code: 'service-not-allowed' })
    t.match((await send({ ...EVENT, ward: 'E05016426' })).body.errors[0], { code: 'unknown-ward', detail: /2026-05-07/ })
  })

  t.test('names every unknown field, however many there are, and stores nothing beside it', async (t) => {
    const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`no/${i}`, i]))
    const { status, body } = await send([{ ...EVENT, id: 'beside' }, { ...EVENT, id: 'unknown', ...unknown, ward: 5 }])
    t.equal(status, 422)
    t.same(body.errors.map(({ index, pointer, code }: Record<string, unknown>) => [index, pointer, code]), [
      ...Array.from({ length: 30 }, (_, i) => [1, `/no~1${i}`, 'unknown-field']),
      [1, '/ward', 'invalid-value']
    ])
    t.equal((await app.inject({ url: '/v1/events/beside', headers })).statusCode, 404)
    const attributes = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`No ${i}`, 1]))
    t.match((await send({ ...EVENT, id: 'unknown', attributes })).body, {
      errors_total: 9, errors: [{ pointer: '/attributes/No 0', code: 'unknown-field' }]
    })
  })

  t.test('lists a hundred errors and counts them all', async (t) => {
    const { body } = await send(Array.from({ length: 250 }, (_, i) => ({ ...EVENT, id: `many${i}`, ward: 'nowhere' })))
    t.equal(body.errors.length, 100)
    t.equal(body.errors_total, 250)
    const lenient = { headers: { prefer: 'handling=lenient', 'idempotency-key': 'many' } }
    const batch = [
      { ...EVENT, id: 'one-good' },
      ...Array.from({ length: 250 }, (_, i) => ({ ...EVENT, id: `many${i}`, ward: 'nowhere' }))
    ]
    const stored = await send(batch, lenient)
    t.match([stored.body.errors.length, stored.body.errors_total], [100, 250])
    t.same((await send(batch, lenient)).body, stored.body, 'the same when sent again')
    t.same(
      (await app.inject({ url: `/v1/receipts/${stored.body.receipt}`, headers })).json(),
      stored.body,
      'and when its receipt is read'
    )
  })

  t.test('NDJSON: a bad line is a bad row', async (t) => {
    const lines = `${JSON.stringify({ ...EVENT, id: 'n1' })}\n\n{"id":\n${JSON.stringify({ ...EVENT, id: 'n2' })}`
    const ndjson = { 'content-type': 'application/x-ndjson' }
    t.match((await send(lines, { headers: ndjson })).body, {
      code: 'rows-rejected', errors: [{ index: 1, code: 'invalid-json' }]
    })
    t.match((await send(lines, { headers: { ...ndjson, prefer: 'handling=lenient' } })).body, {
      stored: 2, rejected: 1
    })
  })

  t.test('CloudEvents, one and a batch, with pointers into them', async (t) => {
    const { id, occurred_at: time, ...data } = { ...EVENT, id: 'ce1' }
    const cloudEvent = { specversion: '1.0', id, source: '/bartec', type: 'uk.gov.local.transaction', time, data }
    const one = { headers: { 'content-type': 'application/cloudevents+json' } }
    const batch = { headers: { 'content-type': 'application/cloudevents-batch+json' } }
    t.match((await send(cloudEvent, one)).body, { stored: 1 })
    t.match((await send({ ...EVENT, id: 'ce1' })).body, { duplicates: 1 }, 'the same event in plain JSON')
    const { body } = await send([{ ...cloudEvent, type: undefined }, { ...cloudEvent, data: { ...data, ward: 'x' } }, {
      ...cloudEvent, time: '1999-01-01T00:00:00Z'
    }], batch)
    t.match(body.errors, [
      { index: 0, code: 'invalid-cloud-event', detail: /: type is missing or no text/ },
      { index: 1, pointer: '/data/ward' },
      { index: 2, pointer: '/time', code: 'too-old' }
    ])
  })

  t.test('a CloudEvent has the id and the time that its sender gave it, and no other', async (t) => {
    const { id, occurred_at: time, ...data } = { ...EVENT, id: 'ce2' }
    const context = { specversion: '1.0', source: '/bartec', type: 'uk.gov.local.transaction' }
    const sent = async (cloudEvent: object) =>
      (await send(cloudEvent, { headers: { 'content-type': 'application/cloudevents+json' } })).body
    t.match(await sent({ ...context, time, data }), {
      code: 'rows-rejected', errors: [{ pointer: '/id', code: 'missing-field' }]
    })
    t.match(await sent({ ...context, time, data: { ...data, id } }), {
      errors: [{ pointer: '/id', code: 'missing-field' }]
    }, 'one in data is not its id')
    for (const [none, code] of [['', 'invalid-value'], [null, 'missing-field']] as const) {
      t.match(await sent({ ...context, id: none, time, data }), { errors: [{ pointer: '/id', code }] })
    }
    t.match(await sent({ ...context, id, data }), { errors: [{ pointer: '/time', code: 'missing-field' }] })
    for (const [none, code] of [['', 'invalid-value'], [null, 'missing-field']] as const) {
      t.match(await sent({ ...context, id, time: none, data }), { errors: [{ pointer: '/time', code }] })
    }
    t.match(await sent({ ...context, id, time, data: { ...data, occurred_at: '1999-01-01T00:00:00Z' } }), {
      errors: [{ pointer: '/data/occurred_at', code: 'too-old' }]
    })
    t.match(await sent({ ...context, id, data: { ...data, occurred_at: time } }), { stored: 1 })
    t.match(await sent({ ...context, id, time, data }), { duplicates: 1 })
  })

  t.test('an error repeats a name as it can be kept, and the good rows beside it are stored', async (t) => {
    const lenient = { headers: { prefer: 'handling=lenient' } }
    for (
      const [i, [field, pointer]]
      of ([[{ 'a\0b': 1 }, '/a\ufffdb'], [{ authority: 'sol\0' }, '/authority'], [
        { authority: 'sol\ud800' }, '/authority'
      ]] as const).entries()
    ) {
      const { status, body } = await send(
        [{ ...EVENT, id: `kept${i}` }, { ...EVENT, id: `not${i}`, ...field }],
        lenient
      )
      t.match({ status, body }, { status: 200, body: { stored: 1, rejected: 1, errors: [{ index: 1, pointer }] } })
      t.same((await app.inject({ url: `/v1/receipts/${body.receipt}`, headers })).json(), body)
    }
  })

  t.test('a channel is no name that every object has', async (t) => {
    for (const channel of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      t.match(await send({ ...EVENT, id: channel, channel }), {
        status: 422, body: { errors: [{ pointer: '/channel', code: 'unknown-channel' }] }
      })
    }
  })

  t.test('one batch may repeat and revise its own rows', async (t) => {
    const one = { ...EVENT, id: 'r1' }
    t.match((await send([{ ...one, revision: 2, count: 3 }, one, one])).body, {
      received: 3, stored: 1, duplicates: 1, revised: 1
    })
  })

  t.test('a dry run keeps nothing', async (t) => {
    t.match((await send({ ...EVENT, id: 'd1' }, { query: '?dry_run=true' })).body, { receipt: null, stored: 1 })
    t.equal((await app.inject({ url: '/v1/events/d1', headers })).statusCode, 404)
  })

  t.test('an idempotency key gets the first receipt again', async (t) => {
    const key = { 'idempotency-key': 'batch-1' }
    const first = (await send({ ...EVENT, id: 'i1' }, { headers: key })).body
    t.same((await send({ ...EVENT, id: 'i1' }, { headers: key })).body, first)
    t.equal((await send({ ...EVENT, id: 'i2' }, { headers: key })).body.code, 'idempotency-key-reused')
    t.same((await app.inject({ url: `/v1/receipts/${first.receipt}`, headers })).json(), first)
  })

  t.test('what cannot be read is refused as such: encodings, bytes that are no UTF-8, bottomless nesting', async (t) => {
    const packed = await send(brotliCompressSync(JSON.stringify({ ...EVENT, id: 'z1' })), {
      headers: { 'content-encoding': 'br' }
    })
    t.match(packed, {
      status: 415, headers: { 'accept-encoding': 'gzip' }, body: { code: 'unsupported-media-type', detail: /gzip/ }
    })
    const latin = Buffer.from(`${JSON.stringify({ ...EVENT, id: 'u1', channel: 'Téléphone' })}\n`, 'latin1')
    t.match((await send(latin)).body, { code: 'invalid-json', detail: /not UTF-8/ })
    const good = Buffer.from(JSON.stringify({ ...EVENT, id: 'u2' }))
    const lines = await send(Buffer.concat([latin, good]), {
      headers: { 'content-type': 'application/x-ndjson', prefer: 'handling=lenient' }
    })
    t.match(lines.body, { stored: 1, errors: [{ index: 0, code: 'invalid-json', detail: /not UTF-8/ }] })
    const mark = Buffer.from('\ufeff')
    t.match((await send(Buffer.concat([mark, good]))).body, { duplicates: 1 }, 'a byte order mark is passed over')
    t.match((await send(Buffer.concat([mark, good]), { headers: { 'content-type': 'application/x-ndjson' } })).body, {
      duplicates: 1
    })
    const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)
    const deep = nested(50_000)
    for (const body of ['['.repeat(100_000) + ']'.repeat(100_000), deep, `{"attributes":${deep}}`]) {
      t.match((await send(body)).body, { code: 'rows-rejected', errors: [{ code: 'invalid-value', detail: /deeper/ }] })
    }
    const configured = await app.inject({
      method: 'PUT',
      url: '/v1/sources/solihull/deep',
      headers: { authorization: 'Bearer operator-token-of-the-tests', 'content-type': 'application/json' },
      payload: nested(40_000) // settings take 256 KiB
    })
    t.match(configured.json(), { status: 400, code: 'invalid-request', detail: /more than 64 levels/ })
  })

  t.test('limits, and who may send', async (t) => {
    t.equal((await send(Array.from({ length: 10_001 }, () => 1))).body.code, 'too-many-events')
    const big = await send('"' + 'x'.repeat(8 * 1024 * 1024) + '"')
    t.equal(big.status, 413)
    t.match(big.body.detail, /8388608 bytes/)
    t.equal((await send('{')).body.code, 'invalid-json')
    t.equal((await send('')).body.code, 'empty-body')
    t.equal((await send('x', { headers: { 'content-type': 'text/plain' } })).status, 415)
    t.equal((await app.inject({ method: 'POST', url: '/v1/events', payload: EVENT })).statusCode, 401)
    t.equal((await send(EVENT, { headers: { authorization: 'Bearer operator-token-of-the-tests' } })).status, 403)
    t.equal((await send({ ...EVENT, id: 'old', occurred_at: '1999-12-31T23:59:59Z' })).body.errors[0].code, 'too-old')
  })
})
