import t from 'tap'
import { parseDay } from '../../src/domain/calendar.ts'
import { compact } from '../../src/store/rollups/compact.ts'
import { findDifferences } from '../../src/store/rollups/verify.ts'
import { testApp, testSource } from '../support/app.ts'

t.test('compacting while events come in and go changes no sum', async (t) => {
  const { app, database: { pool }, catalogue: { directory } } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin'] })
  const stretch = {
    authorityId: directory.authorities.find(({ slug }) => slug === 'solihull')?.id ?? 0,
    serviceId: directory.services.find(({ slug }) => slug === 'report-missed-bin')?.id ?? 0,
    type: 1,
    from: parseDay('2014-05-26') ?? 0,
    to: parseDay('2014-05-27') ?? 0
  }
  const event = (id: string) => ({
    id, authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00', channel: 'web', ward: 'E05001286', street: 45203501
  })
  const writer = async (name: string): Promise<void> => {
    for (let i = 0; i < 20; i++) {
      await app.inject({ method: 'POST', url: '/v1/events', headers, payload: [event(`${name}-${i}`), event(`${name}-${i}b`)] })
      if (i % 5 === 0) await app.inject({ method: 'DELETE', url: `/v1/events/${name}-${i}`, headers })
    }
  }
  const compactor = async (): Promise<void> => { for (let i = 0; i < 15; i++) await compact(pool, stretch) }
  await Promise.all([writer('a'), writer('b'), writer('c'), compactor(), compactor()])
  await compact(pool, stretch)
  const client = await pool.connect()
  t.same(await findDifferences(client, 10), [])
  client.release()
  const { rows } = await pool.query('SELECT events, count FROM rollup_ward_day')
  t.same(rows, [{ events: 108, count: 108 }])
  t.equal((await pool.query('SELECT FROM rollup_street_month')).rowCount, 1)
})
