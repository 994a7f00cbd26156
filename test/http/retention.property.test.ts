import t from 'tap'
import { addPeriods } from '../../src/domain/period.ts'
import { LEAST_MONTHS } from '../../src/domain/retention.ts'
import { DAY_MS, parseDay } from '../../src/domain/calendar.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { findDifferences, rebuildRollups } from '../../src/rollups/index.ts'
import { retire } from '../../src/retention/retire.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { operator, put, urlOf } from '../support/builders.ts'
import fc from '../support/properties.ts'
import { SERVICES, tell, world } from '../support/random-world.ts'

const KPIS = ['digital-take-up', 'transactions', 'completion-rate', 'user-satisfaction-score', 'cost-per-transaction',
  'avoidable-contact', 'missed-per-100000']
const RANGE = { start_on: '2025-03-01', end_on: '2025-08-31' }

/** Every figure that is asked for, in the words of its answer. */
async function everything ({ app }: TestApp, service: string, authority: string[]): Promise<string[]> {
  const periods = ['day', 'week', 'month', 'quarter']
  const urls = periods.flatMap((period) => [
    ...['transaction', 'journey', 'rating'].flatMap((type) => [['authority'], ['authority', 'channel', 'outcome']].map(
      (group_by) => urlOf('/v1/series', { authority, service, type, period, group_by, ...RANGE })
    )),
    ...KPIS.map((kpi) => urlOf(`/v1/kpis/${kpi}/series`, { authority, service, period, group_by: 'authority', ...RANGE }))
  ])
  const old = authority.flatMap((slug) => ['transactions-by-channel', 'digital-takeup'].map((type) =>
    `/data/${slug}-${service}/${type}?period=month&collect=count:sum&group_by=channel&start_at=2025-03-01T00:00:00Z&end_at=2025-09-01T00:00:00Z`))
  const answers = await Promise.all([...urls, ...old].map(async (url) => {
    const { statusCode, body } = await app.inject({ url, headers: operator })
    return `${url} ${statusCode} ${body.replaceAll(/"(instance|request_id)":"[^"]*"/g, '')}`
  }))
  if (answers.filter((answer) => / 200 /.test(answer)).length < 20) throw new Error('hardly anything was answered')
  return answers
}

t.test('any world reads the same after raw rows have left, and after a rebuild', async (t) => {
  let left = 0
  const cutOff = fc.constantFrom('2025-04-01', '2025-05-01', '2025-06-01', '2025-07-01', '2025-09-01')
  await fc.assert(fc.asyncProperty(world, fc.tuple(cutOff, cutOff, cutOff), async ({ service, councils }, cutOffs) => {
    const test = await testApp(t, '2026-06-01T12:00:00Z')
    const { app, catalogue, database: { pool }, clock } = test
    const names = catalogue.directory.authorities.filter((one) =>
      catalogue.directory.services.filter(({ slug }) => SERVICES.some((name) => name === slug))
        .every((own) => catalogue.directory.provision(one, own).delivers === 'yes')
    ).slice(0, councils.length).map(({ slug }) => slug)
    for (const [i, council] of councils.entries()) await tell(app, names[i] ?? '', service, council)
    // So that one run, in the month of the latest, has each where it is to be.
    const latest = parseDay('2025-09-01') ?? 0
    for (const [i, name] of names.entries()) {
      let more = 0
      while (addPeriods('month', parseDay(cutOffs[i] ?? '') ?? 0, more) < latest) more++
      await put(app, `/v1/retention-rules/${name}`, { months: LEAST_MONTHS + more })
    }
    clock.now = (addPeriods('month', latest, LEAST_MONTHS) + 20) * DAY_MS
    const before = await everything(test, service, names)
    left += (await retire({ pool, clock: () => clock.now }, 'test'))?.events ?? 0
    const same = async (when: string): Promise<void> => {
      const differences = await findDifferences(pool, 10)
      if (differences.length > 0) throw new Error(`${when}: ${JSON.stringify(differences)}`)
      const after = await everything(test, service, names)
      const changed = after.findIndex((answer, i) => answer !== before[i])
      if (changed >= 0) throw new Error(`${when}: ${after[changed] ?? ''}\nwas ${before[changed] ?? ''}`)
    }
    await same('after')
    await inTransaction(pool, rebuildRollups)
    await same('rebuilt')
  }), { numRuns: 8, endOnFailure: true })
  t.ok(left > 130, `${left} events have left`)
})
