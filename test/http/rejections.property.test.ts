import t from 'tap'
import { findDifferences } from '../../src/rollups/verify.ts'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, observation, put } from '../support/builders.ts'
import fc from '../support/properties.ts'

const SETTINGS = { services: ['report-missed-bin'] }
const ALIAS = { ...SETTINGS, channels: { Fone: 'telephone-agent' } }

/** A figure that a batch repeats is one alone when it comes again; what another source said may be said again. */
const MAY_PASS = ['unknown-channel', 'repeated-figure', 'figure-of-another-source']

const id = fc.integer({ min: 1, max: 12 }).map(String)
const fault = fc.constantFrom<object>(
  {}, {}, {}, { channel: 'Fone' }, { channel: 'Fone', ward: 'Nowhere' }, { count: 'many' }, { colour: 'red', outcome: 'Completed' },
  { count: 7 }, { count: 9, revision: 2 }, { ward: '07700 900123' }, { occurred_at: 'soon', channel: 'Fone' }
)
const line = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(id, fault).map(([id, more]) => JSON.stringify(event(id, more))) },
  { weight: 1, arbitrary: fc.constantFrom('{"id":"x",}', '[]', '7', 'null', '"x"') }
)
const figure = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom<object>({}, { channel: 'Fone' }, { value: -1 }, { value: 9 }))
  .map(([week, more]) => JSON.stringify(observation({ start_on: `2014-05-${String(5 + 7 * week).padStart(2, '0')}`, ...more })))
const batch = fc.oneof(
  fc.record({ path: fc.constant('events' as const), lines: fc.array(line, { minLength: 1, maxLength: 12 }) }),
  fc.record({ path: fc.constant('observations' as const), lines: fc.array(figure, { minLength: 1, maxLength: 6 }) })
)

t.test('any lenient batches: each row is stored, known or refused, and refused ones are kept once, with their errors', async (t) => {
  const { app, database: { pool } } = await testApp(t)
  let source = 0
  await fc.assert(fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 4 }), async (batches) => {
    const name = `solihull/source-${++source}`
    const headers = await testSource(app, name, SETTINGS)
    let rejected = 0
    for (const { path, lines } of batches) {
      const lenient = { ...headers, prefer: 'handling=lenient', 'content-type': 'application/x-ndjson' }
      const { status, body } = await call(app, 'POST', `/v1/${path}`, lenient, lines.join('\n'))
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
      if (body.received !== lines.length) throw new Error('not every line is a row')
      const { stored, duplicates, revised } = body
      if (body.received !== stored + duplicates + revised + body.rejected) throw new Error(JSON.stringify(body))
      const { data } = await get(app, `/v1/rejections?receipt=${body.receipt}`, headers)
      rejected += body.rejected
      const kept = data.flatMap(({ errors }: any) => errors)
      if (data.length !== body.rejected || JSON.stringify(kept) !== JSON.stringify(body.errors)) {
        throw new Error(`${JSON.stringify(data)} of ${JSON.stringify(body)}`)
      }
    }
    const { data: before } = await get(app, '/v1/rejections?limit=500', headers)
    if (before.length !== rejected) throw new Error(`${before.length} of ${rejected} were kept`)
    await put(app, `/v1/sources/${name}`, ALIAS)
    const receipts: any[] = []
    for (let [next, url] = ['', ''] as [string | null, string]; next !== null; url = `?cursor=${next}`) {
      const { status, body } = await call(app, 'POST', `/v1/rejections:replay${url}`, headers)
      if (status !== 200) throw new Error(JSON.stringify(body))
      receipts.push(body)
      next = body.next
    }
    const { data: after } = await get(app, '/v1/rejections?limit=500', headers)
    for (const [i, { id, state, row, errors }] of after.entries()) {
      const asBefore = JSON.stringify(before[i].row) === JSON.stringify(row) || row === null
      if (id !== before[i].id || !asBefore) throw new Error('another row')
      const mayPass = before[i].errors.every(({ code }: any) => MAY_PASS.includes(code))
      const expected = before[i].row === null ? ['open'] : mayPass ? ['replayed', 'refused-again'] : ['refused-again']
      if (!expected.includes(state)) throw new Error(`${id} is ${state}: ${JSON.stringify(errors)}`)
      if (state === 'refused-again' && errors.some(({ code }: any) => code === 'unknown-channel')) throw new Error('errors of before')
    }
    const count = (state: string): number => after.filter((one: any) => one.state === state).length
    const sum = (field: string): number => receipts.reduce((total: number, one: any) => total + Number(one[field]), 0)
    if (sum('received') !== count('replayed') + count('refused-again') || sum('rejected') !== count('refused-again')) {
      throw new Error(`${JSON.stringify(receipts)} of ${JSON.stringify(after)}`)
    }
  }), { numRuns: 15 })
  t.same(await findDifferences(pool, 10), [])
})
