import JSONstat from 'jsonstat-toolkit'
import t from 'tap'
import { columnsOf } from '../../src/http/formats/columns.ts'
import { jsonStatOf } from '../../src/http/formats/json-stat.ts'
import { symbolsOf } from '../../src/http/formats/statuses.ts'
import { Type } from 'typebox'
import { testApp } from '../support/app.ts'
import { call, event, get, send, seriesUrl, testSource } from '../support/builders.ts'
import { ODD, oddWorld } from '../support/tables.ts'

const RANGE = { period: 'week', start_on: '2014-05-19', end_on: '2014-06-08' }
const timeOf = ({ start_on, end_on }: { start_on: string, end_on: string }): string => `${start_on}/${end_on}`

t.test('a series as JSON-stat says what its JSON says, cell by cell', async (t) => {
  const { app } = await testApp(t)
  await oddWorld(app)
  const other = await testSource(app, 'leeds/main')
  await send(app, 'events', other, [event('1', { authority: 'leeds' })])
  for (const url of [
    seriesUrl({ ...RANGE, group_by: ['channel', 'outcome'] }),
    seriesUrl(RANGE),
    `/v1/series?service=report-missed-bin&${new URLSearchParams(RANGE).toString()}&group_by=authority`,
    `/v1/kpis/digital-take-up/series?service=report-missed-bin&${new URLSearchParams(RANGE).toString()}&group_by=authority`
  ]) {
    const json = await get(app, url)
    const { headers, body } = await call(app, 'GET', `${url}&format=json-stat`)
    t.equal(headers['content-type'], 'application/json; charset=utf-8')
    const dataset = JSONstat(body)
    t.match(dataset, { class: 'dataset', role: { time: ['time'], metric: ['statistic'] }, extension: { licence: /Open Government/ } })
    t.equal(body.size.reduce((all: number, one: number) => all * one, 1), body.value.length)
    t.same(dataset.id.slice(0, -2), Object.keys(json.data[0].group), url)
    let [cells, symbols] = [0, 0]
    for (const { group, values } of json.data) {
      for (const value of values) {
        for (const statistic of dataset.Dimension('statistic').id) {
          const cell = dataset.Data({ ...group, time: timeOf(value), statistic })
          const said = statistic.split('.').reduce((inner, name) => inner?.[name], value)
          if (cell?.value !== (said ?? null)) t.fail(`${url} ${JSON.stringify({ group, value, statistic, cell })}`)
          if (statistic === 'value') {
            const symbol = symbolsOf(value.status, value.break != null)
            t.equal(cell?.status ?? '', symbol)
            symbols += symbol === '' ? 0 : 1
          }
          cells++
        }
      }
    }
    t.ok(cells >= 6 && symbols > 0, `${cells} cells, ${symbols} symbols`)
  }
  const { note } = await get(app, `${seriesUrl(RANGE)}&format=json-stat`)
  t.same(note, [`solihull, 2014-05-26 to 2014-06-01: ${ODD}`])
})

t.test('a comparison as JSON-stat: authorities by name, the unit of the KPI, ranks', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await send(app, 'events', source, Array.from({ length: 40 }, (_, i) => event(`${i}`, { channel: i % 4 === 0 ? 'telephone-agent' : 'web' })))
  const url = '/v1/kpis/digital-take-up/comparison?service=report-missed-bin&period=week&start_on=2014-05-26&group=region:West%20Midlands'
  const json = await get(app, url)
  const dataset = JSONstat(await get(app, `${url}&format=json-stat`))
  t.same(dataset.Dimension('authority.slug').id, json.data.map(({ authority }: any) => authority.slug))
  t.equal(dataset.Dimension('authority.slug').Category('solihull').label, 'Solihull Metropolitan Borough Council')
  t.equal(dataset.Dimension('authority.slug').role, 'geo')
  for (const row of json.data) {
    for (const statistic of ['value', 'numerator', 'denominator', 'coverage', 'rank', 'quartile']) {
      const cell = dataset.Data({ 'authority.slug': row.authority.slug, time: timeOf(json), statistic })
      if (cell?.value !== row[statistic]) t.fail(`${row.authority.slug} ${statistic}`)
    }
  }
  t.same(dataset.Data({ 'authority.slug': 'solihull', time: timeOf(json), statistic: 'numerator' })?.value, json.data[0].numerator)
  t.equal((await call(app, 'GET', '/v1/channels?format=json-stat')).status, 400, 'a list is no cube')
})

t.test('a cube whose groups are seldom there together is refused, not built', async (t) => {
  const columns = columnsOf(Type.Object({ a: Type.String(), b: Type.String(), value: Type.Integer() }))
  const rows = Array.from({ length: 1001 }, (_, i) => ({ a: `a${i}`, b: `b${i}`, value: i, start_on: '2014-05-26', end_on: '2014-06-01' }))
  const asked = { table: { title: 'T', columns }, dimensions: ['a', 'b'], href: '/x' }
  await t.rejects(jsonStatOf({ ...asked, rows }), { code: 'too-costly', message: /1002001 cells/ })
  const body = JSON.parse(await jsonStatOf({ ...asked, rows: rows.slice(0, 30) }))
  t.equal(body.value.length, 900)
  t.equal(JSONstat(body).Data({ a: 'a7', b: 'b7', time: '2014-05-26/2014-06-01', statistic: 'value' })?.value, 7)
  t.equal(body.value.filter((value: unknown) => value === null).length, 870)
})
