import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, get, observation, send } from '../support/builders.ts'

const AT = 1_764_288_000_000
const services = ['report-missed-bin', 'renew-library-item']
const PATH = '/v1/observations/solihull/report-missed-bin/collections_made?period=week&start_on='

t.test('the revision of a figure is any rising number', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const say = async (more: object) => (await call(app, 'POST', '/v1/observations', headers, observation(more))).body
  const stored = async () => (await get(app, `${PATH}2014-05-26`, headers)).figures[0]
  t.match(await say({ value: 1, revision: 2 }), { stored: 1 })
  t.match(await say({ value: 2, revision: AT }), { revised: 1 })
  t.match(await say({ value: 2, revision: AT }), { duplicates: 1 })
  t.match(await say({ value: 1, revision: 2 }), { duplicates: 1 }, 'a late retry')
  t.match(await say({ value: 9, revision: AT - 1 }), { errors: [{ code: 'stale-revision', stored_revision: AT }] })
  t.match(await say({ value: 9, revision: AT }), { errors: [{ code: 'conflict', stored_revision: AT }] })
  t.match(await say({ value: 3 }), { revised: 1 }, 'without one it is the next')
  t.match(await stored(), { value: 3, revision: AT + 1, history: [{ revision: AT }, { revision: 2 }] })
  const figures = '/v1/observations/solihull/report-missed-bin/collections_made'
  await call(app, 'PUT', figures, headers, { period: 'week', start_on: '2014-05-26', figures: [] })
  t.match(await stored(), { withdrawn: true, revision: AT + 2 })
  t.match(await say({ value: 4, revision: Number.MAX_SAFE_INTEGER }), { revised: 1 })
  t.match(await say({ value: 5 }), { revised: 1 }, 'the highest goes on being it')
  t.match(await stored(), { value: 5, revision: Number.MAX_SAFE_INTEGER, history: [{ value: 4 }, { withdrawn: true }] })
  t.match(await say({ value: 4, revision: String(AT) }), { errors: [{ code: 'invalid-value' }] })
})

t.test('on_repeat=newest: of figures too the last one sent holds', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const say = async (...rows: object[]) =>
    (await call(app, 'POST', '/v1/observations?on_repeat=newest', headers, rows.map((more) => observation(more)))).body
  const value = async () => (await get(app, `${PATH}2014-05-26`, headers)).figures[0].value
  t.match(await say({ value: 1 }, { value: 2 }, { value: 2 }), { stored: 1, older: 1, duplicates: 1, rejected: 0 })
  t.equal(await value(), 2)
  t.match(await say({ value: 3 }), { revised: 1, older: 0 })
  t.match(await say({ value: 2 }), { older: 1, duplicates: 0 }, 'a late retry')
  t.match(await say({ value: 4, revision: 20 }), { revised: 1 })
  t.match(await say({ value: 5, revision: 20 }), { revised: 1 }, 'of equal revisions the last')
  t.match(await say({ value: 4, revision: 20 }), { duplicates: 1 })
  t.match(await say({ value: 6, revision: 19 }), { older: 1 })
  t.match(await say({ value: 7, revision: 21 }), { revised: 1 }, 'the next is newer, however often the last was said')
  t.equal(await value(), 7)
  const { body } = await call(app, 'POST', '/v1/observations', headers, [observation({ value: 8 }), observation({ value: 9 })])
  t.match(body, { code: 'rows-rejected', errors: [{ code: 'repeated-figure' }] }, 'refused by default')
})

t.test('replace_period: the figures are all there is of periods within these days', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services })
  const other = await testSource(app, 'solihull/other', { services })
  const replace = async (rows: object[], query = '') => (await call(
    app, 'POST', `/v1/observations?replace_period=2014-05-19/2014-06-01${query}`, headers, rows.map((more) => observation(more))
  )).body
  const [first, second] = [{ start_on: '2014-05-19', value: 1 }, { start_on: '2014-05-26', value: 2 }]
  await send(app, 'observations', headers, [
    observation({ start_on: '2014-05-12' }), observation(first), observation(second),
    observation({ ...second, channel: 'web', measure: 'transactions' }),
    observation({ ...first, period: 'month', start_on: '2014-05-01' })
  ])
  await send(app, 'observations', other, observation({ ...first, service: 'renew-library-item', measure: 'transactions' }))
  t.match(await replace([first]), { code: 'replaces-unnamed', detail: /measure transactions.*replace_measure/ })
  const own = '&replace_service=report-missed-bin&replace_measure=collections_made'
  t.match(await replace([first], `${own}&dry_run=true`), { duplicates: 1, voided: 1 })
  t.match(await replace([{ ...first, value: 7 }], own), { revised: 1, voided: 1, stored: 0 })
  t.match(await get(app, `${PATH}2014-05-26`, headers), { figures: [{ withdrawn: true, history: [{ value: 2 }] }] })
  t.match(await get(app, `${PATH}2014-05-12`, headers), { figures: [{ withdrawn: false }] })
  t.match(await replace([{ ...first, value: 7 }], own), { duplicates: 1, voided: 0 }, 'sent again')
  t.match(await replace([first, second], own), { revised: 2, voided: 0 }, 'and back to what it was')
  t.match(await get(app, `${PATH}2014-05-26`, headers), { figures: [{ value: 2, withdrawn: false }] })
  t.match(await replace([first, { ...second, start_on: '2014-06-02' }], own), {
    errors: [{ index: 1, code: 'outside-replacement', pointer: '/start_on' }]
  })
  t.match(await replace([{ ...first, measure: 'transactions' }], own), { errors: [{ pointer: '/measure' }] })
  t.match(await replace([first, { ...first, value: 5 }], own), { errors: [{ code: 'repeated-figure' }] })
  t.match(await replace([]), { code: 'replaces-unnamed' })
  t.match(await replace([], '&replace_service=report-missed-bin'), { received: 0, voided: 3 })
  t.match(await get(app, '/v1/observations/solihull/renew-library-item/transactions?period=week&start_on=2014-05-19', other), {
    figures: [{ withdrawn: false }]
  }, 'what another source sent stays')
})
