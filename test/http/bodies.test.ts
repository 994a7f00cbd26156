import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { operator } from '../support/builders.ts'

const json = { ...operator, 'content-type': 'application/json' }
const ANNOTATION = {
  id: 'strike',
  authority: 'solihull',
  service: 'report-missed-bin',
  start_on: '2014-06-02',
  end_on: '2014-06-03',
  note: 'Caf\u00e9'
}
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

t.test('a body that cannot be read is refused in words that are true of the door', async (t) => {
  const { app } = await testApp(t)
  const send = async (
    method: 'PUT' | 'POST' | 'DELETE', url: string, headers: Record<string, string>, payload?: string | Buffer
  ) =>
    (await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })).json<
      { status: number, code: string, detail: string }
    >()
  const annotate = async (headers: Record<string, string>, payload: string | Buffer) =>
    await send('PUT', '/v1/annotations', headers, payload)
  const areas = async (payload: string | Buffer, type = 'text/csv') =>
    await send('PUT', '/v1/authorities/solihull/areas', { ...operator, 'content-type': type }, payload)

  t.test('bytes that are not UTF-8', async (t) => {
    t.match(await annotate(json, latin1(JSON.stringify(ANNOTATION))), {
      status: 400, code: 'invalid-json', detail: /not UTF-8/
    })
    t.match(await areas(latin1('code,name\nE05001284,Bickenhill é\n')), {
      status: 400, code: 'invalid-request', detail: /not UTF-8/
    })
    t.match(await annotate(json, JSON.stringify(ANNOTATION)), { note: 'Café' })
    t.match(
      await annotate(json, `\uFEFF${JSON.stringify(ANNOTATION)}`),
      { note: 'Café' },
      'a byte order mark is none of the text'
    )
    const { data } = await areas('\uFEFFcode,name\nE05001284,Bickenhill Café\n') as unknown as {
      data: Array<{ name: string }>
    }
    t.ok(data.some(({ name }) => name === 'Bickenhill Café'))
  })

  t.test('no JSON', async (t) => {
    t.match(await annotate(json, '{"id":"strike",}'), {
      status: 400,
      code: 'invalid-json',
      detail: 'The body is not JSON: reading stopped at line 1, column 15, at a comma before a closing bracket.'
    })
    t.match(await annotate(json, '{"id":'), { code: 'invalid-json', detail: /reading stopped/ })
    t.match(await annotate(json, '{"__proto__":1,"id":"strike"}'), { code: 'invalid-json', detail: /__proto__/ })
  })

  t.test('nothing', async (t) => {
    t.match(await annotate(json, ''), {
      status: 400, code: 'empty-body', detail: 'The body is empty; send application/json.'
    })
    await testSource(app)
    t.match(await send('DELETE', '/v1/sources/solihull/bartec/tokens/x', json, ''), {
      code: 'empty-body', detail: /takes no body/
    })
  })

  t.test('another media type', async (t) => {
    for (const type of ['text/plain', 'text/csv', 'application/x-www-form-urlencoded']) {
      t.match(await annotate({ ...operator, 'content-type': type }, JSON.stringify(ANNOTATION)), {
        status: 415,
        code: 'unsupported-media-type',
        detail: `Content-Type ${type} is not read here; send application/json.`
      })
    }
    t.match(await areas('x', 'text/plain'), { status: 415, detail: /send application\/json or text\/csv\.$/ })
    t.match(await annotate(operator, 'x'), { status: 415, detail: /^No Content-Type came with the body/ })
    const source = await testSource(app, 'solihull/other', { services: ['report-missed-bin'] })
    t.match(await send('POST', '/v1/events', { ...source, 'content-type': 'text/plain' }, 'x'), {
      status: 415, detail: /send application\/json or application\/x-ndjson or application\/cloudevents\+json/
    })
    t.match(await send('POST', '/v1/observations', { ...source, 'content-type': 'text/plain' }, 'x'), {
      status: 415, detail: /send application\/json or application\/x-ndjson or text\/csv/
    })
    t.match(await send('PUT', '/v1/dashboards/x', { ...operator, 'content-type': 'text/plain' }, 'x'), { status: 415 })
  })
})
