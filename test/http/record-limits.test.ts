import t from 'tap'
import { testApp } from '../support/app.ts'
import { configure } from '../support/case.ts'

const headers = { authorization: 'Bearer secret-of-limits', 'content-type': 'application/json' }
const COMMON = { data_group: 'a', raw_queries_allowed: true, bearer_token: 'secret-of-limits' }
const SCHEMA = { type: 'object', properties: { channel: { type: 'string' } }, additionalProperties: false }

t.test('what one request may hold', async (t) => {
  const { app } = await testApp(t)
  await configure(app, [
    { ...COMMON, data_type: 'free' },
    { ...COMMON, data_type: 'strict', schema: SCHEMA },
    { ...COMMON, data_type: 'auto', auto_ids: ['place'] },
    {
      ...COMMON,
      data_type: 'counted',
      authority: 'solihull',
      service: 'report-missed-bin',
      mapping: { channel: 'channel' }
    }
  ])
  const send = async (type: string, payload: string) => {
    const { statusCode, body } = await app.inject({ method: 'POST', url: `/data/a/${type}`, headers, payload })
    return {
      statusCode, body, messages: statusCode === 400 ? (JSON.parse(body) as { messages?: string[] }).messages ?? [] : []
    }
  }
  const many = (count: number, record: object): string => JSON.stringify(Array.from({ length: count }, () => record))

  t.test('of a hundred messages and more the first hundred are told', async (t) => {
    const { statusCode, body, messages } = await send('free', many(90_000, { a: 1 }))
    t.equal(statusCode, 400)
    t.equal(messages.length, 101)
    t.match(messages[99], /^Row 99: "a" is not a valid key/)
    t.equal(messages[100], 'Left out: 89900 records that were not looked at')
    t.ok(body.length < 20_000)
    const ofOne = await send(
      'strict',
      JSON.stringify([{ channel: 'x' }, Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`field_${i}`, i]))])
    )
    t.equal(ofOne.messages[100], 'Left out: 50 more messages')
    t.match(await send('counted', many(300, { _timestamp: '2014-05-26T00:00:00Z', channel: 'pigeon' })), {
      statusCode: 400, messages: { 100: 'Left out: 200 records that were not looked at' }
    })
    t.same((await send('auto', many(150, { name: 'x' }))).messages.length, 1, 'a field that ids lack is told of once')
  })

  t.test('a message repeats little of what was sent', async (t) => {
    const { messages } = await send('free', JSON.stringify([{ _timestamp: 'x'.repeat(1_000_000) }]))
    t.ok(messages.every(({ length }) => length <= 501), messages.map(({ length }) => length).join())
  })

  t.test('records and their fields are limited', async (t) => {
    t.match(await send('free', many(100_001, { ab: 1 })), { statusCode: 400, body: /100000 records at most/ })
    t.match(
      await send('free', JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`field_${i}`, i])))),
      { statusCode: 400, messages: [/1000 fields at most/] }
    )
  })

  t.test('what the database cannot keep is refused', async (t) => {
    for (
      const number of [
        '1e-20000',
        '0e-20000',
        `1.${'0'.repeat(17_000)}`,
        `0.${'0'.repeat(17_000)}1`,
        `1${'0'.repeat(500)}e-500`,
        '1e400'
      ]
    ) {
      t.match(
        await send('free', `[{"vv":${number}}]`),
        { statusCode: 400, messages: [/^Row 0: vv is a number/] },
        number.slice(0, 20)
      )
    }
    for (const number of ['0', '-0.0', '0e5', '1e-300', '5e-324', '1.7976931348623157e308', `1.${'0'.repeat(300)}`]) {
      t.match(await send('free', `[{"vv":${number}}]`), { statusCode: 200 }, number.slice(0, 20))
    }
    const long = noise(3000)
    t.match(await send('free', JSON.stringify({ _id: long })), {
      statusCode: 400, messages: [/^Row 0: _id is not a valid id/]
    })
    t.match(await send('auto', JSON.stringify({ place: long })), {
      statusCode: 400, messages: [/^Row 0: the id made of place is longer than 1000 bytes/]
    })
    t.match(await send('free', JSON.stringify({ _id: noise(1000) })), { statusCode: 200 })
    t.match(await send('free', JSON.stringify({ _id: 'é'.repeat(501) })), { statusCode: 400 }, 'bytes, not characters')
    t.match(await send('auto', JSON.stringify({ place: noise(750) })), { statusCode: 200 })
  })
})

// What does not compress: an index keeps a long text that does.
function noise (length: number): string {
  let seed = 1
  return Array.from({ length }, () => {
    seed = seed * 48_271 % 2_147_483_647
    return String.fromCharCode(97 + seed % 26)
  }).join('')
}
