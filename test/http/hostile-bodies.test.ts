import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { event } from '../support/builders.ts'

const MIB = 1024 * 1024
const ROOM = 8 * MIB - 1000

const fill = (text: string, count = Math.floor(ROOM / text.length)): string => text.repeat(count)

t.test('whatever a body is made of, it is refused or stored, and little of it is said again', async (t) => {
  const { app, database } = await testApp(t)
  const source = await testSource(app)
  const send = async (path: string, type: string, payload: string) => {
    t.ok(payload.length <= 8 * MIB)
    const { statusCode, body } = await app.inject({
      method: 'POST', url: `/v1/${path}`, headers: { ...source, 'content-type': `application/${type}` }, payload
    })
    t.ok(body.length < 64 * 1024, `${body.length} bytes of an answer`)
    return { statusCode, ...JSON.parse(body) as { code?: string, errors?: Array<{ code: string, detail: string }> } }
  }
  const cloudEvent = (more: object) => JSON.stringify({
    specversion: '1.0', id: 'c-1', source: '/x', type: 'y', time: '2014-05-27T08:31:00+01:00', data: {}, ...more
  })
  const long = 'a'.repeat(ROOM - 1000)
  const refused = { statusCode: 422, code: 'rows-rejected' }
  const cases: Array<[what: string, type: string, body: string, answer: object]> = [
    ['a text', 'json', `"${long}"`, { ...refused, errors: [{ code: 'not-an-object' }] }],
    ['a text as a CloudEvent', 'cloudevents+json', `"${long}"`, { ...refused, errors: [{ code: 'invalid-cloud-event' }] }],
    ['a list in a list as a CloudEvent', 'cloudevents-batch+json', '[[1,2]]', {
      ...refused, errors: [{ code: 'invalid-cloud-event' }]
    }],
    ['a CloudEvent with a long attribute', 'cloudevents+json', cloudEvent({ subject: long }), {
      ...refused, errors: [{ code: 'invalid-cloud-event', detail: /subject has more than 2048 characters/ }]
    }],
    ['a CloudEvent with a long name', 'cloudevents+json', cloudEvent({ [long]: 1 }), {
      ...refused, errors: [{ code: 'invalid-cloud-event' }]
    }],
    ['brackets', 'json', fill('['), { statusCode: 400, code: 'invalid-json', detail: /more than 1000 levels/ }],
    ['nested lists', 'json', `[${'['.repeat(ROOM / 2 - 1)}${']'.repeat(ROOM / 2 - 1)}]`, {
      ...refused, errors: [{ code: 'invalid-value', detail: /nested deeper/ }]
    }],
    ['a nested line', 'x-ndjson', `${'['.repeat(ROOM / 2)}${']'.repeat(ROOM / 2)}`, {
      ...refused, errors: [{ code: 'invalid-value', detail: /nested deeper/ }]
    }],
    ['empty lists', 'json', `[${fill('[],', (ROOM - 10) / 3)}[]]`, { statusCode: 413, code: 'too-many-events' }],
    ['empty lines', 'x-ndjson', fill('\n'), { statusCode: 400, code: 'empty-body' }],
    ['lines of blanks', 'x-ndjson', fill(' \r\n\t'), { statusCode: 400, code: 'empty-body' }],
    ['lines of nothing', 'x-ndjson', fill('{}\n'), { statusCode: 413, code: 'too-many-events' }],
    ['a number', 'json', `[${'1'.repeat(ROOM)}]`, { ...refused, errors: [{ code: 'not-an-object' }] }],
    ['a count of many digits', 'json', `[{"count":${'1'.repeat(ROOM - 100)}}]`, refused],
    ['an id of 8 MB', 'json', JSON.stringify(event(long)), { ...refused, errors: [{ code: 'invalid-value' }] }],
    ['a name of 8 MB', 'json', JSON.stringify(event('e-1', { [long]: 1 })), refused],
    ['many fields', 'json', `{${Array.from({ length: 600_000 }, (_, i) => `"k${i}":1`).join()}}`, {
      ...refused, errors: [{ code: 'invalid-value', detail: /more than 1000 values/ }]
    }],
    ['many names that nobody knows', 'json', JSON.stringify(Array.from({ length: 10_000 }, (_, i) =>
      event(`e-${i}`, { authority: `solihul ${i}`, channel: 'pigeo', ward: `oltn ${i}`, service: `missed-bin ${i}` }))), refused],
    ['much personal data', 'json', JSON.stringify(Array.from({ length: 10_000 }, (_, i) =>
      event(`e-${i}`, { note: `${'x '.repeat(300)}0121 496 0${100 + i % 900}` }))), {
      ...refused, errors: [{ code: 'personal-data' }]
    }]
  ]
  for (const [what, type, body, answer] of cases) {
    const said = await send('events', type, body)
    t.match(said, answer, what)
    if (type.includes('cloud') || what.includes('name')) continue
    t.match((await send('observations', type, body)).code, (answer as { code: string }).code, `${what} for a figure`)
  }
  t.equal((await database.pool.query('SELECT FROM event')).rowCount, 0)
})

t.test('what lies at the limits is read as it was', async (t) => {
  const { app } = await testApp(t)
  const headers = { ...await testSource(app), 'content-type': 'application/json' }
  const post = async (payload: string) => await app.inject({ method: 'POST', url: '/v1/events', headers, payload })
  const odd = ' [ {"id":"a\\"],[{","authority":"x"} ,\n' + JSON.stringify(event('b')) + '\t] '
  t.match((await post(odd)).json(), { errors: [{ index: 0 }, { index: 0 }, { index: 0 }], errors_total: 3 }, 'brackets in a text are none')
  t.match((await post(`[${JSON.stringify(event('c'))},\r\n${JSON.stringify(event('d'))} ]`)).json(), { stored: 2 })
  t.equal((await post('[]')).statusCode, 200, 'no rows')
  const broken = ['[,]', '[{}', '[{}]]', '[{},]', '[] x', '{} {}', '[{"a":1]', '["a]', '[1 2]', '']
  for (const payload of broken) t.equal((await post(payload)).statusCode, 400, payload)
  const places = [2, 4, 5, 5, 4, 4, 8, 2, 4]
  for (const [i, payload] of broken.filter((text) => text !== '').entries()) {
    t.match((await post(payload)).json().detail, `line 1, column ${places[i]}`, `where reading of ${payload} stopped`)
  }
})
