import t from 'tap'
import { SeriesStates } from '../../src/rollups/index.ts'
import { readMarker } from '../../src/catalogue/store/catalogue.ts'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { event, get, send, seriesUrl } from '../support/builders.ts'

// What was stored is put back as it was, with the same counters; the ways differ.
const WAYS = {
  'rows put back one by one': (table: string) => `
    CREATE TEMP TABLE kept AS SELECT * FROM ${table}; DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept; DROP TABLE kept`,
  'truncated and copied': (table: string) => `
    CREATE TEMP TABLE kept AS SELECT * FROM ${table}; TRUNCATE ${table}; INSERT INTO ${table} SELECT * FROM kept; DROP TABLE kept`,
  'dropped and made anew': (table: string) => `
    CREATE TABLE made_anew (LIKE ${table} INCLUDING ALL); INSERT INTO made_anew SELECT * FROM ${table};
    DROP TABLE ${table}; ALTER TABLE made_anew RENAME TO ${table}`
}

t.test('a restore under a running service, whatever its way: no answer of before is given', async (t) => {
  const { app, database: { pool, db } } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const headers = await testSource(app)
  await send(app, 'events', headers, [event('a'), event('b')])
  const url = seriesUrl({ period: 'day', start_on: '2014-05-27', end_on: '2014-05-27' })
  const solihull = (await pool.query("SELECT id FROM authority WHERE slug = 'solihull'")).rows[0].id
  const service = (await pool.query("SELECT id FROM service WHERE slug = 'report-missed-bin'")).rows[0].id
  await pool.query('INSERT INTO series_state (authority_id, service_id, type, folds, changes) VALUES ($1, $2, 1, 5, 5), ($1, $2, 0, 0, 5) ON CONFLICT DO NOTHING', [solihull, service])
  const states = new SeriesStates(pool)
  const take = async (withoutEvents: boolean) =>
    await states.take({ authorityIds: [solihull], serviceId: service, withoutEvents })
  for (const [way, how] of Object.entries(WAYS)) {
    t.equal((await get(app, url)).data[0].values[0].value, 2)
    const [before, marker] = [[await take(false), await take(true)], await readMarker(db)]
    t.same([await take(false), await take(true)], before, 'nothing has changed')
    t.equal(await readMarker(db), marker)
    for (const table of ['series_state', 'catalogue_state']) {
      const client = await pool.connect()
      await client.query(how(table))
      client.release()
    }
    t.not(await take(false), before[0], way)
    t.not(await readMarker(db), marker, `the catalogue: ${way}`)
    t.not(await take(true), before[1], way)
  }
})
