import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, bearer, call, type Headers, type Method } from '../support/builders.ts'

/** What the operator alone may do: every address that governs. */
const OPERATORS: Array<[Method, string]> = [
  ['PUT', '/v1/sources/solihull/bartec'],
  ['GET', '/v1/sources/solihull/bartec/tokens'],
  ['POST', '/v1/sources/solihull/bartec/tokens'],
  ['DELETE', '/v1/sources/solihull/bartec/tokens/x'],
  ['PUT', '/v1/data-sets/a/sums'],
  ['DELETE', '/v1/data-sets/a/sums'],
  ['GET', '/v1/data-sets/a/sums/tokens'],
  ['POST', '/v1/data-sets/a/sums/tokens'],
  ['DELETE', '/v1/data-sets/a/sums/tokens/x'],
  ['PUT', '/v1/disclosure-rules/solihull/report-missed-bin/ward'],
  ['DELETE', '/v1/disclosure-rules/solihull/report-missed-bin/ward'],
  ['PUT', '/v1/dashboards/bins'],
  ['PUT', '/v1/kpis/transactions'],
  ['PUT', '/v1/services/report-missed-bin/channels/kiosk/class'],
  ['PUT', '/v1/unit-savings/channel-shift'],
  ['PUT', '/v1/comparator-groups/club']
]

t.test('who may govern is asked before the body is read', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  for (const [method, url] of OPERATORS) {
    const body = ['PUT', 'POST'].includes(method) ? {} : undefined
    t.equal((await call(app, method, url, {}, body)).status, 401, `${method} ${url}: nobody`)
    t.equal((await call(app, method, url, bearer('nonsense'), body)).status, 401, `${method} ${url}: a wrong token`)
    t.equal((await call(app, method, url, source, body)).status, 403, `${method} ${url}: a source`)
  }
})

t.test('an administrator governs its own authorities alone, a source none', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app, 'solihull/crm', { services: ['pay-council-tax'], provider_for: ['dudley'] })
  const administrator = await administratorOf(app, 'solihull', 'dudley')
  const declare = async (authority: string, headers: Headers): Promise<number> => {
    const url = `/v1/authorities/${authority}/services/pay-council-tax/authoritative`
    return (await call(app, 'PUT', url, headers, { type: 'transaction', from_on: '2014-01-01', basis: 'events' })).status
  }
  t.equal(await declare('solihull', administrator), 200)
  t.equal(await declare('dudley', administrator), 200)
  t.equal(await declare('leeds', administrator), 403)
  t.equal(await declare('solihull', source), 403)
  t.equal(await declare('dudley', source), 403, 'which it reports for')
})
