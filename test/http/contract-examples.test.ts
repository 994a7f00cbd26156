import t from 'tap'
import { appWithoutDatabase } from '../../src/cli/openapi.ts'
import { testApp } from '../support/app.ts'
import { operator } from '../support/builders.ts'

/** What of it is looked at here. */
interface Contract {
  components: { schemas: { Dashboard: { examples: [object] } } }
  paths: {
    '/v1/authorities/{authority}/areas': {
      put: { requestBody: { content: { 'text/csv': { examples: { wards: { value: string } } } } } }
    }
  }
}

t.test('what the contract shows works as it stands', async (t) => {
  const described = await appWithoutDatabase()
  t.teardown(async () => await described.close())
  const contract = described.swagger() as unknown as Contract
  const { app } = await testApp(t, '2026-06-10T12:00:00Z')

  const [dashboard] = contract.components.schemas.Dashboard.examples
  const put = await app.inject({
    method: 'PUT', url: '/v1/dashboards/solihull-local-authority', headers: operator, payload: dashboard
  })
  t.equal(put.statusCode, 201, put.body)
  t.match((await app.inject('/public/dashboards?slug=solihull-local-authority')).json(), {
    modules: [{ slug: 'by-channel' }]
  })

  const csv =
    contract.paths['/v1/authorities/{authority}/areas'].put.requestBody.content['text/csv'].examples.wards.value
  const areas = await app.inject({
    method: 'PUT',
    url: '/v1/authorities/solihull/areas',
    headers: { ...operator, 'content-type': 'text/csv' },
    payload: csv
  })
  t.equal(areas.statusCode, 200, areas.body)
  t.ok(areas.json<{ data: Array<{ name: string }> }>().data.some(({ name }) => name === 'Arden'))

  t.match((await app.inject('/v1/authorities/solihul')).json(), {
    status: 404, code: 'unknown-authority', detail: /Did you mean solihull/
  })
  t.match((await app.inject(`/public/dashboards?slug=${'a'.repeat(1001)}`)).json(), { status: 'error' })
})
