import t from 'tap'
import { testApp } from '../support/app.ts'
import { configure } from '../support/case.ts'

t.test('a query names twenty fields to group, collect and filter by at most', async (t) => {
  const { app } = await testApp(t)
  await configure(app, [{
    data_group: 'a', data_type: 'free', raw_queries_allowed: true, bearer_token: 'secret-of-queries'
  }])
  const get = async (url: string, name: string, value: (i: number) => string, count: number) => {
    const query = Array.from({ length: count }, (_, i) => `&${name}=${value(i)}`).join('')
    return await app.inject(`${url}?${name === 'collect' ? 'group_by=place' : ''}${query}`)
  }
  const values: Record<string, (i: number) => string> = {
    group_by: (i) => `field_${i}`,
    collect: (i) => `field_${i}:set`,
    filter_by: (i) => `field_${i}:x`,
    filter_by_prefix: (i) => `field_${i}:x`
  }
  for (const [name, value] of Object.entries(values)) {
    for (const url of ['/data/a/free', '/data/solihull-report-missed-bin/transactions-by-channel']) {
      const refused = await get(url, name, value, 101)
      t.equal(refused.statusCode, 400, `${url} ${name}`)
      t.match(refused.json(), { status: 'error', message: `${name} may be given 20 times at most` })
    }
    t.equal((await get('/data/a/free', name, value, 20)).statusCode, 200, `twenty of ${name}`)
  }
})
