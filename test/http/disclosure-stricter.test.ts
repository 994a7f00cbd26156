import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, call, get, operator, put } from '../support/builders.ts'

const OWN = '/v1/disclosure-rules/solihull/report-missed-bin/ward'

t.test('an administrator is stricter than the operator, and never looser', async (t) => {
  const { app } = await testApp(t)
  const solihull = await administratorOf(app, 'solihull')
  const kirklees = await administratorOf(app, 'kirklees')
  const rule = async (url = OWN) => await get(app, url)
  const refused = async (body: object, url = OWN) => {
    const { status, body: { detail } } = await call(app, 'PUT', url, solihull, body)
    return [status, detail]
  }

  t.test('each field alone', async (t) => {
    await put(app, '/v1/disclosure-rules/solihull/all/ward', {
      threshold: 5, finest: 'month', delay_days: 7, round_to: 5
    })
    t.match(await refused({ threshold: 4 }), [403, /threshold 4 would loosen.*5/])
    t.match(await refused({ threshold: null }), [403, /threshold/])
    t.match(await refused({ finest: 'week' }), [403, /finest/])
    t.match(await refused({ delay_days: 6 }), [403, /delay_days/])
    t.match(await refused({ round_to: null }), [403, /round_to/])
    t.match(await refused({ threshold: 50, round_to: 3 }), [403, /round_to 3/])
    t.same((await get(app, '/v1/disclosure-rules?authority=solihull&set_by=administrator')).data, [])
    t.match(await put(app, OWN, { threshold: 10, finest: 'quarter' }, solihull), {
      threshold: 10, finest: 'quarter', delay_days: 7, round_to: 5
    })
    t.match(await rule(), { threshold: 10 })
    t.match(await rule('/v1/disclosure-rules/solihull/all/ward'), { threshold: 5 }, 'of this service alone')
  })

  t.test('who may', async (t) => {
    t.equal((await call(app, 'PUT', OWN, kirklees, { threshold: 90 })).status, 403)
    t.equal((await call(app, 'DELETE', OWN, kirklees)).status, 403)
    t.match(await refused({ threshold: 90 }, '/v1/disclosure-rules/all/all/ward'), [403, /all authorities/])
    t.equal((await call(app, 'PUT', OWN, await testSource(app), { threshold: 90 })).status, 403)
    t.equal((await call(app, 'PUT', OWN, {}, { threshold: 90 })).status, 401)
  })

  t.test('the stricter of each field holds, whatever the operator says later', async (t) => {
    t.match(await put(app, OWN, { threshold: 12, finest: 'month' }), { threshold: 12, finest: 'quarter' })
    t.match(await put(app, OWN, { threshold: 3, finest: 'financial_year' }), { threshold: 10, finest: 'financial_year' })
    t.match((await get(app, '/v1/disclosure-rules?service=report-missed-bin')).data, [
      { authority: 'solihull', service: 'report-missed-bin', level: 'ward', set_by: 'administrator', threshold: 10 },
      { authority: 'solihull', service: 'report-missed-bin', level: 'ward', set_by: 'operator', threshold: 3 }
    ])
  })

  t.test('it takes back its own, and nothing of the operator’s', async (t) => {
    t.match(await call(app, 'DELETE', `${OWN}?set_by=operator`, solihull), { status: 403 })
    t.equal((await call(app, 'DELETE', OWN, solihull)).status, 204)
    t.match(await rule(), { threshold: 3, finest: 'financial_year' })
    t.match(await call(app, 'DELETE', OWN, solihull), { status: 403, body: { detail: /The operator set this rule/ } })
    t.equal((await call(app, 'DELETE', '/v1/disclosure-rules/solihull/all/street', solihull)).status, 404)
    await put(app, '/v1/disclosure-rules/solihull/all/street', { threshold: 6 }, solihull)
    t.match(await call(app, 'DELETE', '/v1/disclosure-rules/solihull/all/street', operator), {
      status: 404, body: { detail: /set_by=administrator/ }
    })
    t.equal(
      (await call(app, 'DELETE', '/v1/disclosure-rules/solihull/all/street?set_by=administrator', operator)).status, 204
    )
    t.equal((await call(app, 'DELETE', OWN, operator)).status, 204)
    t.match(await rule(), { threshold: 5, finest: 'month' }, 'the next wider one of the operator')
  })

  t.test('a rule of all its services applies beside the operator’s for one', async (t) => {
    await put(app, '/v1/disclosure-rules/solihull/all/ward', { threshold: 20 }, solihull)
    await put(app, '/v1/disclosure-rules/solihull/pay-council-tax/ward', { threshold: 8, round_to: 10 })
    t.match(await rule('/v1/disclosure-rules/solihull/pay-council-tax/ward'), { threshold: 20, round_to: 10 })
    t.match(await rule('/v1/disclosure-rules/kirklees/pay-council-tax/ward'), { threshold: 3 }, 'nobody else’s')
    t.equal((await call(app, 'GET', '/v1/disclosure-rules?level=county')).status, 400)
    t.equal((await get(app, '/v1/disclosure-rules?authority=all')).data.length, 0)
  })
})
