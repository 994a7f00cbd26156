import t from 'tap'
import { loggedAddress } from '../../src/http/plugins/logged-address.ts'

t.test('secrets in an address are not logged', async (t) => {
  for (const [url, logged] of [
    ['/v1/series?service=x&period=week', '/v1/series?service=x&period=week'],
    ['/v1/sources/a/b?token=some-secret&x=1', '/v1/sources/a/b?token=…&x=1'],
    ['/v1/sources/a/b?x=1&Access_Token=s%20s', '/v1/sources/a/b?x=1&Access_Token=…'],
    ['/v1/sources/a/lpp_AZ09-_az/x', '/v1/sources/a/lpp_…/x'],
    [`/${'x'.repeat(600)}`, `/${'x'.repeat(499)}`]
  ] as const) t.equal(loggedAddress(url), logged)
})
