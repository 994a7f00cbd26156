import t from 'tap'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { EVENT_ROLLUPS } from '../../src/rollups/dimensions.ts'
import { foldPending, lockSeries } from '../../src/rollups/fold.ts'
import { DatabaseStates, eachSum, recordChange, RollupChange } from '../../src/rollups/index.ts'
import { testDatabase } from '../support/app.ts'
import { rollupRow } from '../support/rollup-row.ts'
import { waitUntil } from '../support/wait-until.ts'

const SERIES = { authorityId: 1, serviceId: 1, type: 1 }

t.test('an event that is folded while it is read counts once, whoever is asked beside', async (t) => {
  const { database: { pool } } = await testDatabase(t)
  const record = async (): Promise<void> =>
    await inTransaction(pool, async (client) => {
      for (const { folded } of EVENT_ROLLUPS) await client.query(`DELETE FROM ${folded} WHERE authority_id = 1::int2`)
      const change = new RollupChange()
      change.add(rollupRow({ ...SERIES, localDay: 16_200, channelId: 2, outcome: 3 }), 1)
      await recordChange(client, change)
    })
  const fold = async (): Promise<void> =>
    await inTransaction(pool, async (client) => {
      await lockSeries(client, [SERIES])
      await foldPending(client, [SERIES])
    })
  const until = { over: false }
  const move = async (): Promise<void> => {
    while (!until.over) {
      await fold()
      await record()
    }
  }
  await record()
  const moving = move()
  const seen = new Map<string, number>()
  for (let n = 0; n < 200; n++) {
    const authorityIds = n % 2 === 0 ? [1] : [1, 2, 3, 4, 5, 6]
    let events = 0
    await eachSum(pool, { authorityIds, serviceId: 1, type: 1, from: 16_000, before: 16_300, dimensions: ['channel'] },
      (sum) => { events += sum.events })
    const what = `${events} of ${authorityIds.length}`
    seen.set(what, (seen.get(what) ?? 0) + 1)
  }
  until.over = true
  await moving
  t.same(Object.fromEntries(seen), { '1 of 1': 100, '1 of 6': 100 })
})

/** Commits to try: of one authority, of several, which may lie on several nodes, and of settings. */
const COMMITS = Number(process.env['TEST_COMMITS'] ?? 150)

t.test('no answer that was kept under a moment of the database lacks what was acknowledged before it', async (t) => {
  const { database: { pool } } = await testDatabase(t)
  await pool.query('CREATE TABLE told (n integer); INSERT INTO told VALUES (0)')
  // Each of the first by itself, so that every node has commits of its own; the others together.
  const [apart, together] = [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]]
  for (const id of [...apart, ...together]) {
    await pool.query('INSERT INTO series_state (authority_id, service_id, type) VALUES ($1, 1, 0)', [id])
  }
  const changes = async (id: number): Promise<number> =>
    (await pool.query('SELECT changes FROM series_state WHERE authority_id = $1::int2', [id])).rows[0].changes
  const kinds: Array<{ commit: () => Promise<unknown>, read: () => Promise<number> }> = [
    ...apart.map((id) => ({
      commit: async () => await pool.query(
        'UPDATE series_state SET changes = changes + 1 WHERE authority_id = $1::int2', [id]),
      read: async () => await changes(id)
    })),
    {
      commit: async () => await pool.query(
        'UPDATE series_state SET changes = changes + 1 WHERE authority_id = ANY ($1::int2[])', [together]),
      read: async () => Math.min(...await Promise.all(together.map(changes)))
    },
    {
      commit: async () => await pool.query('UPDATE told SET n = n + 1'),
      read: async () => (await pool.query('SELECT n FROM told')).rows[0].n
    }
  ]
  const states = new DatabaseStates(pool)
  // By moment: the least that any answer of it would have had.
  const kept = new Map<string, number[]>()
  const until = { over: false }
  const reader = async (): Promise<void> => {
    while (!until.over) {
      const moment = await states.take()
      const found = await Promise.all(kinds.map(async ({ read }) => await read()))
      kept.set(moment, (kept.get(moment) ?? found).map((one, i) => Math.min(one, found[i] ?? 0)))
    }
  }
  const readers = Promise.all([reader(), reader()])
  let [stale, looked] = [0, 0]
  for (let n = 0; n < COMMITS; n++) {
    const { commit } = kinds[n % kinds.length]!
    await commit()
    const acknowledged = Math.floor(n / kinds.length) + 1
    const answer = kept.get(await states.take())?.[n % kinds.length]
    looked++
    if (answer !== undefined && answer < acknowledged) stale++
  }
  until.over = true
  await readers
  t.equal(stale, 0, `of ${looked} commits, ${kept.size} moments`)
  // Commits of other tests, in other databases of these servers, count as well.
  await waitUntil('it stays where nothing is committed', async () => {
    const [one, other] = [await states.take(), await states.take()]
    return one === other
  })
})
