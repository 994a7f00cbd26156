import t from 'tap'
import { testApp } from '../support/app.ts'
import { administratorOf, get, put } from '../support/builders.ts'

t.test('every change of what KPIs are worked out by is in the audit trail, with who made it', async (t) => {
  const { app, database } = await testApp(t)
  const administrator = await administratorOf(app, 'solihull')
  const bins = '/v1/services/report-missed-bin/channels/kiosk/class'
  await put(app, bins, { from_on: '2014-01-01', digital_class: 'digital', reason: 'Test' })
  await put(app, '/v1/unit-savings/channel-shift', { from_on: '2014-01-01', pence: 7, source: 'Test' })
  await put(app, '/v1/comparator-groups/club', { title: 'Club', authorities: ['solihull'] })
  await put(app, '/v1/authorities/solihull/services/report-missed-bin/authoritative', {
    type: 'transaction', from_on: '2014-01-01', basis: 'events'
  }, administrator)
  await put(app, '/v1/authorities/solihull/areas', [{ code: 'E05099999', name: 'New Ward' }], administrator)
  const { version: _, kpi: __, created_at: ___, links: ____, ...definition } = await get(app, '/v1/kpis/transactions')
  await put(app, '/v1/kpis/transactions', definition)
  const { rows } = await database.pool.query('SELECT actor, action, subject FROM audit ORDER BY id')
  t.match(rows.slice(1), [ // after the administrator's token
    { actor: 'operator', action: 'put-channel-class', subject: 'report-missed-bin/kiosk' },
    { actor: 'operator', action: 'put-unit-cost', subject: 'channel-shift' },
    { actor: 'operator', action: 'put-comparator-group', subject: 'club' },
    { actor: /^administrator /, action: 'put-authoritative', subject: 'solihull/report-missed-bin' },
    { actor: /^administrator /, action: 'put-areas', subject: 'solihull' },
    { actor: 'operator', subject: 'transactions' }
  ])
  t.equal(rows.length, 7)
})
