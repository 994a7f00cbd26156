import t from 'tap'
import { EVENT_ROLLUPS, OF_EVENTS } from '../../src/rollups/dimensions.ts'
import { insertPacked, viewKeys } from '../../src/rollups/sql.ts'
import { testApp } from '../support/app.ts'
import { operator } from '../support/builders.ts'

t.test('typed data in the Performance Platform dialect', async (t) => {
  const { app, database, catalogue } = await testApp(t, '2014-06-10T12:00:00Z')
  const { directory } = catalogue
  const id = (found: object): number => (found as { id: number }).id
  const [solihull, bins] = [id(directory.authority('solihull')), id(directory.service('report-missed-bin'))]
  const [web, phone] = [id(directory.channel('web')), id(directory.channel('telephone-agent'))]
  const blythe = id(directory.ward(directory.authority('solihull') as never, 'E05001285'))
  const insert = async (view: string, rows: Array<[string, number, number, number]>) => {
    const rollup = EVENT_ROLLUPS.find((one) => one.view === view)!
    const columns: Record<string, string> = {
      authority_id: '$1::int2',
      service_id: '$2::int2',
      type: '1::int2',
      local_date: 'day',
      outcome: 'outcome',
      count: 'count',
      events: '1::int8',
      avoidable: '0::int8',
      ...(view === 'rollup_ward_day'
        ? { ward_id: 'value::int4', channel_id: `${web}::int2` }
        : { channel_id: 'value::int2' })
    }
    const events = `SELECT ${[...viewKeys(rollup), ...OF_EVENTS.measures.map(({ name }) => name)].map((name) => `${columns[name]} AS ${name}`).join(', ')}
      FROM unnest($3::date[], $4::int4[], $5::int2[], $6::int8[]) AS cell(day, value, outcome, count)`
    await database.pool.query(insertPacked(rollup, events), [
      solihull, bins, ...[0, 1, 2, 3].map((i) => rows.map((row) => row[i]))
    ])
  }
  await insert('rollup_channel_day', [
    ['2014-05-26', web, 3, 5], ['2014-05-26', web, 4, 2], ['2014-05-27', phone, 3, 1], ['2014-06-03', web, 3, 4]
  ])
  await insert('rollup_ward_day', [['2014-05-26', blythe, 3, 6], ['2014-05-26', 0, 3, 1]])
  const get = async (type: string, query: string) =>
    await app.inject(`/data/solihull-report-missed-bin/${type}?${query}`)

  t.test('weeks by channel, gaps filled', async (t) => {
    const answer = await get('transactions-by-channel', 'period=week&group_by=channel&collect=count:sum&duration=3')
    t.match(answer.headers, { 'cache-control': 'max-age=1800, must-revalidate', 'access-control-allow-origin': '*' })
    const week = (from: string, to: string, count: number, sum: number | null) => ({
      _start_at: `${from}T00:00:00+00:00`,
      _end_at: `${to}T00:00:00+00:00`,
      _count: count,
      'count:sum': sum
    })
    t.same(answer.json(), {
      data: [
        {
          channel: 'telephone-agent',
          _count: 1,
          _group_count: 1,
          'count:sum': 1,
          values: [
            week('2014-05-19', '2014-05-26', 0, null),
            week('2014-05-26', '2014-06-02', 1, 1),
            week('2014-06-02', '2014-06-09', 0, 0)
          ]
        },
        {
          channel: 'web',
          _count: 2,
          _group_count: 2,
          'count:sum': 11,
          values: [
            week('2014-05-19', '2014-05-26', 0, null),
            week('2014-05-26', '2014-06-02', 1, 7),
            week('2014-06-02', '2014-06-09', 1, 4)
          ]
        }
      ]
    })
  })

  t.test('by ward, the name as the value', async (t) => {
    const headers = operator // small wards are suppressed for the public
    t.same(
      (await app.inject({
        url: '/data/solihull-report-missed-bin/transactions-by-ward?group_by=ward&collect=count:sum', headers
      })).json().data,
      [{ ward: 'Blythe', _count: 1, 'count:sum': 6 }, { ward: 'unknown', _count: 1, 'count:sum': 1 }]
    )
  })

  t.test('raw: one record a day and value', async (t) => {
    const { data } = (await get('transactions-by-channel', 'sort_by=_timestamp:descending&limit=1')).json()
    t.match(data, [{
      _id: '2014-06-03.web',
      _timestamp: '2014-06-03T00:00:00+00:00',
      channel: 'web',
      count: 4,
      period: 'day',
      _week_start_at: '2014-06-02T00:00:00+00:00'
    }])
    t.equal(
      (await get('transactions-by-channel', 'format=csv&filter_by=channel:telephone-agent')).body.split('\r\n').length,
      3
    )
  })

  t.test('what is not there', async (t) => {
    t.equal((await get('no-such-type', '')).statusCode, 404)
    t.equal((await app.inject('/data/atlantis-report-missed-bin/transactions-by-channel')).statusCode, 404)
    t.same((await app.inject('/data/solihull-pay-council-tax/transactions-by-channel')).json(), { data: [] })
  })
})
