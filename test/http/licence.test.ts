import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, get, operator } from '../support/builders.ts'

t.test('what shows the catalogue names its licence', async (t) => {
  const { app } = await testApp(t)
  await testSource(app)
  for (const url of [
    '/v1/authorities/solihull', '/v1/services/report-missed-bin', '/v1/channels/web', '/v1/kpis/digital-take-up',
    '/v1/provision/solihull/report-missed-bin', '/v1/authorities/solihull/services/report-missed-bin',
    '/v1/disclosure-rules/solihull/report-missed-bin/ward', '/v1/sources/solihull/bartec', '/v1/providers', '/v1/areas',
    '/v1/kpis/digital-take-up/comparison?service=report-missed-bin&period=month'
  ]) {
    t.match(await get(app, url, operator), { licence: /Open Government/, attribution: /LG Inform/ }, url)
  }
  const series = await call(app, 'GET', '/v1/series?authority=solihull&service=report-missed-bin&start_on=2014-05-26&end_on=2014-06-01&format=csv')
  t.match(series.headers, { link: /nationalarchives.*rel="license"/, 'content-type': /csv/ })
  t.notMatch((await call(app, 'GET', '/v1/kpis/none')).body, { licence: /./ }, 'an error is none of it')
})
