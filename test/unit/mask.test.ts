import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { newSecret, newTokenId } from '../../src/catalogue/secret.ts'
import { maskAddress, maskSecrets } from '../../src/telemetry/mask.ts'

t.test('secrets in an address are not logged', async (t) => {
  for (const [url, logged] of [
    ['/v1/series?service=x&period=week', '/v1/series?service=x&period=week'],
    ['/v1/series?authority=solihull&q=keyword', '/v1/series?authority=solihull&q=keyword'],
    ['/v1/sources/a/b?token=some-secret&x=1', '/v1/sources/a/b?token=…&x=1'],
    ['/v1/sources/a/b?x=1&Access_Token=s%20s', '/v1/sources/a/b?x=1&Access_Token=…'],
    ['/v1/sources/a/b?key=hunter2', '/v1/sources/a/b?key=…'],
    ['/v1/sources/a/b?api%5Fkey=hunter2', '/v1/sources/a/b?api_key=…'],
    ['/v1/sources/a/lpp_AZ09-_az/x', '/v1/sources/a/lpp_…/x'],
    ['/v1/sources/a/lpp%5FAZ09-_az/x', '/v1/sources/a/lpp_…/x'],
    ['/v1/x?redirect=https%3A%2F%2Fme%3Apw%40host%2F', '/v1/x?redirect=https://…@host/'],
    ['/v1/x?a=Bearer%20abc', '/v1/x?a=Bearer …'],
    [`/${'x'.repeat(600)}`, `/${'x'.repeat(499)}`],
    ['/v1/%zz', '/v1/%zz']
  ] as const) t.equal(maskAddress(url), logged)
})

t.test('what is no secret stays', async (t) => {
  for (const text of [
    'SMBC-2014-000123', 'bartec-2014-05-27-000001', 'E05001286', '2014-05-27T08:31:00+01:00', randomUUID(),
    'solihull-local-authority', 'transactions-by-channel', 'missed-collections-per-100000-collections', 'SR12345678', newTokenId()
  ]) {
    t.equal(maskSecrets(text), text)
    t.equal(maskAddress(`/v1/events/${text}`), `/v1/events/${text}`)
  }
})

t.test('what was drawn by lot is masked wherever it stands', async (t) => {
  const places = [
    (secret: string) => `/v1/events/${secret}`, (secret: string) => `/${secret}`, (secret: string) => `/v1/x?q=${secret}`,
    (secret: string) => `/v1/x?${secret}`, (secret: string) => `/v1/x?a=1&${secret}=2`
  ]
  const secrets = fc.oneof(
    fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
    fc.constant(0).map(newSecret)
  )
  fc.assert(fc.property(secrets, fc.constantFrom(...places), (secret, place) => {
    return !maskAddress(place(secret)).includes(secret.slice(-12))
  }))
  // One in some thousands of such has hardly a change: looked at as they are drawn.
  let seen = 0
  for (let i = 0; i < 500; i++) {
    const secret = randomBytes(24).toString('base64')
    if (maskSecrets(secret) === secret) seen++
  }
  t.ok(seen < 5, `${seen} of 500`)
})
