import t from 'tap'
import { testApp } from '../support/app.ts'
import { configure } from '../support/case.ts'

const headers = { authorization: 'Bearer secret-of-kinds', 'content-type': 'application/json' }

t.test('groups and sums hold whatever kinds of values come to a field later', async (t) => {
  const { app } = await testApp(t)
  await configure(app, [{
    data_group: 'a', data_type: 'kinds', raw_queries_allowed: true, bearer_token: 'secret-of-kinds'
  }])
  const send = async (method: 'POST' | 'PUT', ...records: object[]): Promise<number> => {
    const payload = records.map((record, i) => ({
      _id: `${JSON.stringify(record).replaceAll(' ', '')}${i}`,
      _timestamp: '2014-05-26T00:00:00Z',
      ...record
    }))
    return (await app.inject({ method, url: '/data/a/kinds', headers, payload })).statusCode
  }
  const groups = async (query = 'group_by=key'): Promise<unknown> =>
    (await app.inject(`/data/a/kinds?${query}`)).json<{ data?: unknown }>().data
  const SUM = 'group_by=key&collect=n1:sum'

  await send('POST', { key: '1', n1: 1 }, { key: 'null', n1: 2.5 }, { key: 'true', n1: 3 }, { key: null }, {
    key: '"', n1: 1
  })
  t.same(await groups(SUM), [
    { key: '"', _count: 1, 'n1:sum': 1 },
    { key: '1', _count: 1, 'n1:sum': 1 },
    { key: 'null', _count: 1, 'n1:sum': 2.5 },
    { key: 'true', _count: 1, 'n1:sum': 3 }
  ], 'texts that look like other values')

  await send('POST', { key: 1, n1: true }, { key: true }, { key: 1.0 })
  t.same(await groups(SUM), [
    { key: true, _count: 1, 'n1:sum': null },
    { key: 1, _count: 2, 'n1:sum': 1 },
    { key: '"', _count: 1, 'n1:sum': 1 },
    { key: '1', _count: 1, 'n1:sum': 1 },
    { key: 'null', _count: 1, 'n1:sum': 2.5 },
    { key: 'true', _count: 1, 'n1:sum': 3 }
  ], 'numbers and booleans beside them')

  for (const n1 of ['4', null]) {
    await send('PUT', { key: 'x', n1: 1 })
    t.same(await groups(SUM), [{ key: 'x', _count: 1, 'n1:sum': 1 }], 'an emptied data set begins anew')
    await send('POST', { key: 'y', n1 })
    t.equal((await app.inject(`/data/a/kinds?${SUM}`)).statusCode, 400, `${JSON.stringify(n1)} cannot be summed`)
  }

  // More fields than are kept account of: nothing is known then, and every answer still right.
  for (let batch = 0; batch < 4; batch++) {
    await send(
      'POST',
      Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`field_with_a_long_name_${batch}_${i}`, i]))
    )
  }
  await send('POST', { key: 7, n1: false })
  t.match(await groups('group_by=key&collect=n1:count'), [{ key: 7, _count: 1, 'n1:count': 1 }, { key: 'x' }, {
    key: 'y'
  }])
})
