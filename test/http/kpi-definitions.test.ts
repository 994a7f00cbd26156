import t from 'tap'
import { loadKpis } from '../../src/catalogue/load-kpis.ts'
import { SHIPPED_DEFINITIONS } from '../../src/domain/kpi/shipped.ts'
import { testApp, testDatabase, testSource } from '../support/app.ts'
import { event, get, kpiUrl, observation, operator, put, send } from '../support/builders.ts'

const TAX = { service: 'pay-council-tax' }
const MAY = { ...TAX, period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }
const first = async (answer: Promise<{ data: Array<{ values: unknown[] }> }>) => (await answer).data[0]?.values[0]

t.test('avoidable contact: passive payments are no contact, on either side', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services: ['pay-council-tax'] })
  const value = async () => await first(get(app, kpiUrl('avoidable-contact', MAY)))
  const contact = (id: string, channel: string, count: number, more: object = {}) =>
    event(id, { ...TAX, channel, count, ...more })
  await send(app, 'events', headers, [
    contact('a', 'web', 50),
    contact('b', 'telephone-agent', 10, { avoidable: true }),
    contact('c', 'direct-debit', 1000),
    contact('d', 'direct-debit', 7, { avoidable: true }),
    contact('e', 'sms', 30),
    contact('f', 'unknown', 10)
  ])
  t.match(await value(), { numerator: 10, denominator: 100, value: 10 })
  await put(app, '/v1/services/pay-council-tax/channels/sms/class', {
    from_on: '2000-01-01', digital_class: 'digital-passive', reason: 'a reminder'
  }, operator)
  t.match(await value(), { numerator: 10, denominator: 70 }, 'whichever channels the operator calls passive')
})

t.test('avoidable contact from counts by channel', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services: ['pay-council-tax'] })
  const counts = (channel: string, transactions: number, avoidable: number) =>
    [['transactions', transactions], ['transactions_avoidable', avoidable]].map(([measure, value]) =>
      observation({ ...TAX, measure, value, channel, period: 'month', start_on: '2014-05-01' }))
  await send(app, 'observations', headers, [
    ...counts('web', 60, 0), ...counts('telephone-agent', 40, 20), ...counts('direct-debit', 900, 3)
  ])
  t.match(await first(get(app, kpiUrl('avoidable-contact', MAY))), { numerator: 20, denominator: 100, value: 20 })
})

t.test('rates over residents say of which year they are, and that months are not annualised', async (t) => {
  const { app } = await testApp(t, '2016-01-10T12:00:00Z')
  const headers = await testSource(app, 'solihull/bartec', { services: ['pay-council-tax'] })
  const months = Array.from({ length: 12 }, (_, month) => `${month < 9 ? 2014 : 2015}-${String((month + 3) % 12 + 1).padStart(2, '0')}`)
  await send(app, 'observations', headers, months.map((month) =>
    observation({ ...TAX, measure: 'transactions', value: 10, period: 'month', start_on: `${month}-01` })))
  const asked = (period: string) => get(app, kpiUrl('transactions-per-1000-population', {
    ...TAX, period, start_on: '2014-04-01', end_on: '2015-03-31'
  }))
  const RESIDENTS = 'residents as estimated for mid-2020'
  t.match(await first(asked('month')), { numerator: 10, notes: [RESIDENTS, /^not annualised/] })
  t.match(await first(asked('quarter')), { numerator: 30, notes: [RESIDENTS, /^not annualised/] })
  const { notes, numerator } = await first(asked('financial_year')) as { notes: string[], numerator: number }
  t.same({ notes, numerator }, { notes: [RESIDENTS], numerator: 120 })
  t.match(await first(get(app, kpiUrl('transactions', MAY))), { notes: [] }, 'no residents, no note')
  t.match(await get(app, '/v1/authorities/solihull'), { population: 217487, population_year: 2020 })
})

t.test('a start adds changed definitions as versions, and proposes them where the operator has versions', async (t) => {
  const { database: { db, pool } } = await testDatabase(t)
  const versions = async (kpi: string) => (await pool.query(
    'SELECT version, state, edition FROM kpi_definition WHERE kpi = $1 ORDER BY version', [kpi]
  )).rows
  // As a database of an earlier release has them.
  await pool.query("UPDATE kpi_definition SET edition = kpi || '/1' WHERE edition LIKE '%/2'")
  await pool.query(`
    INSERT INTO kpi_definition SELECT kpi, 2, effective_from, state, NULL, body, created_at FROM kpi_definition
    WHERE kpi = 'missed-per-100000'`)
  await loadKpis(db, new Date())
  t.match(await versions('avoidable-contact'), [
    { version: 1, edition: 'avoidable-contact/1' }, { version: 2, state: 'agreed', edition: 'avoidable-contact/2' }
  ])
  t.match((await versions('missed-per-100000'))[2], { version: 3, state: 'proposed', edition: 'missed-per-100000/2' })
  await loadKpis(db, new Date())
  t.equal((await versions('avoidable-contact')).length, 2, 'once')
})

t.test('a definition says what its source says, and what is chosen here', async (t) => {
  const of = (kpi: string) => SHIPPED_DEFINITIONS.findLast((one) => one.kpi === kpi)?.definition
  t.match(of('digital-take-up')?.source, /assisted digital included.*direct debit.*unrecorded.*this platform’s choices/)
  t.match(of('avoidable-contact'), { formula: /direct debit.*passive/, source: /customer contact.*choice/ })
  t.match(of('missed-per-100000'), { formula: /due and carried out/, source: /Indicator 88.*\(.*\..*\)/ })
  t.match(of('transactions-per-1000-population')?.formula, /2020.*Not annualised/)
  for (const { edition, definition } of SHIPPED_DEFINITIONS) {
    t.ok(definition.source.length <= 500 && definition.formula.length <= 1000, edition)
  }
})
