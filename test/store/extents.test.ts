import t from 'tap'
import { foldPending, lockSeries } from '../../src/rollups/fold.ts'
import { readExtent, readHoldings, readNewestDays, recordChange, RollupChange } from '../../src/rollups/index.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { testDatabase } from '../support/app.ts'
import { rollupRow } from '../support/rollup-row.ts'

const MAY_1 = 16_191 // of 2014
const row = (localDay: number, serviceId = 1) =>
  rollupRow({ localDay, serviceId, channelId: 9 + localDay % 3, outcome: 3 })

t.test('first and last days, newest days and who has events, pending or folded', async (t) => {
  const { database: { pool } } = await testDatabase(t)
  const write = async (days: number[], sign: 1 | -1, serviceId = 1): Promise<void> => {
    const change = new RollupChange()
    for (const day of days) change.add(row(day, serviceId), sign)
    await inTransaction(pool, async (client) => await recordChange(client, change))
  }
  const fold = async (): Promise<void> =>
    await inTransaction(pool, async (client) => {
      const series = [{ authorityId: 1, serviceId: 1, type: 1 }]
      await lockSeries(client, series)
      await foldPending(client, series)
    })
  const extent = async () => await readExtent(pool, { authorityIds: [1, 2], serviceId: 1, type: 1 })
  const newest = async () =>
    (await readNewestDays(pool, {
      authorityIds: [1, 2], serviceIds: [1, 2], before: ['2014-05-20', '2014-05-19', '2014-05-03', '2014-04-01']
    })).map(({ authorityId, serviceId, newest }) => [authorityId, serviceId, ...newest])
  t.equal(await extent(), undefined)
  t.same(await newest(), [])
  t.same(await readHoldings(pool), [])

  const days = [MAY_1 - 20, MAY_1 - 10, MAY_1 + 2, MAY_1 + 18, MAY_1 + 38, MAY_1 + 40]
  await write(days, 1)
  const found = [[1, 1, '2014-06-10', '2014-05-19', '2014-05-03', '2014-04-21', null]]
  for (const state of ['pending', 'folded']) {
    t.same(await extent(), { start: MAY_1 - 20, end: MAY_1 + 41 }, state)
    t.same(await newest(), found, state)
    t.same(await readHoldings(pool), [{ authorityId: 1, serviceId: 1 }], state)
    await fold()
  }
  await write([MAY_1 - 50, MAY_1 + 60], 1)
  t.same(await extent(), { start: MAY_1 - 50, end: MAY_1 + 61 }, 'both')
  await write([MAY_1], 1, 2)
  await write([MAY_1], -1, 2)
  t.same(await readHoldings(pool), [{ authorityId: 1, serviceId: 1 }], 'not where all is taken away again')
})
