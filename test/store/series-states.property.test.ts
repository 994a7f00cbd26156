import fc from '../support/properties.ts'
import type pg from 'pg'
import t from 'tap'
import {
  readStates, recordChange, recordChanges, rebuildRollups, RollupChange
} from '../../src/rollups/index.ts'
import { foldPending, lockSeries } from '../../src/rollups/fold.ts'
import { testDatabase } from '../support/app.ts'
import { rollupRow } from '../support/rollup-row.ts'

/**
 * Two connections do what writers do, in transactions that overlap, end in any order and may roll back. Between two
 * looks the state of a series differs if and only if something of it was committed.
 */
const [AUTHORITIES, SERVICES] = [[1, 2], [1, 2]]
const KINDS = ['event', 'void', 'fold', 'observation', 'note', 'nothing'] as const

interface Step { connection: 0 | 1, kind: typeof KINDS[number], authority: number, service: number, commit: boolean }

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  connection: fc.constantFrom(0, 1),
  kind: fc.constantFrom(...KINDS),
  authority: fc.constantFrom(...AUTHORITIES),
  service: fc.constantFrom(...SERVICES),
  commit: fc.boolean()
})

const row = (authorityId: number, serviceId: number) =>
  rollupRow({ authorityId, serviceId, localDay: 16_000, channelId: 2, outcome: 3, wardId: 7, street: 9 })

const SCOPES = AUTHORITIES.flatMap((id) => SERVICES.map((serviceId) => ({ authorityIds: [id], serviceId })))
const placeOf = (authority: number, service: number): string => `${authority} ${service}`

async function apply (client: pg.ClientBase, { kind, authority, service }: Step): Promise<string[]> {
  const place = { authorityId: authority, serviceId: service }
  const series = [{ ...place, type: 1 }]
  const change = new RollupChange()
  switch (kind) {
    case 'nothing':
      return []
    case 'event':
      change.add(row(authority, service), 1)
      await recordChange(client, change)
      break
    case 'void':
      change.add(row(authority, service), -1)
      await recordChange(client, change)
      break
    case 'fold': {
      await lockSeries(client, series)
      const { rowCount } = await client.query(
        'SELECT FROM rollup_pending WHERE authority_id = $1 AND service_id = $2', [authority, service]
      )
      await foldPending(client, series)
      return rowCount === 0 ? [] : [placeOf(authority, service)]
    }
    case 'observation':
      await recordChanges(client, [place, place])
      break
    case 'note': // on all services of the authority
      await recordChanges(client, [{ authorityId: authority, serviceId: 0 }])
      return SERVICES.map((id) => placeOf(authority, id))
  }
  return [placeOf(authority, service)]
}

t.test('the state of a series differs if and only if something of it was committed', async (t) => {
  const { database: { pool } } = await testDatabase(t)
  const connections = [await pool.connect(), await pool.connect()] as const
  await fc.assert(fc.asyncProperty(fc.array(stepArbitrary, { minLength: 1, maxLength: 12 }), async (steps) => {
    let before = await readStates(pool, SCOPES)
    const whole = await readStates(pool, [{ authorityIds: AUTHORITIES, serviceId: 1 }])
    let ofWhole = false
    // A transaction of the other connection is open meanwhile, of another authority, so that neither waits.
    for (const [n, step] of steps.entries()) {
      const other = steps[n + 1]
      const overlaps = other !== undefined && other.connection !== step.connection && other.authority !== step.authority
      const [mine, theirs] = [connections[step.connection], connections[1 - step.connection]!]
      await mine.query('BEGIN')
      if (overlaps) await theirs.query('BEGIN')
      const changed = await apply(mine, step)
      const alsoChanged = overlaps ? await apply(theirs, other) : []
      const unseen = await readStates(pool, SCOPES)
      if (unseen.join() !== before.join()) throw new Error('what is not committed shows')
      if (overlaps) await theirs.query(other.commit ? 'COMMIT' : 'ROLLBACK')
      await mine.query(step.commit ? 'COMMIT' : 'ROLLBACK')
      const committed = new Set([...step.commit ? changed : [], ...overlaps && other.commit ? alsoChanged : []])
      const after = await readStates(pool, SCOPES)
      for (const [i, { authorityIds: [id = 0], serviceId }] of SCOPES.entries()) {
        if ((after[i] !== before[i]) !== committed.has(placeOf(id, serviceId))) {
          throw new Error(`${JSON.stringify(step)} ${id} ${serviceId}: ${before[i]} ${after[i]}`)
        }
        if (serviceId === 1 && after[i] !== before[i]) ofWhole = true
      }
      before = after
    }
    const [now] = await readStates(pool, [{ authorityIds: AUTHORITIES, serviceId: 1 }])
    if ((now !== whole[0]) !== ofWhole) throw new Error(`of both authorities: ${whole[0]} ${now}`)
  }), { numRuns: 40 })
  await connections[0].query('BEGIN')
  await rebuildRollups(connections[0])
  await connections[0].query('COMMIT')
  for (const connection of connections) connection.release()
  t.pass('in every order')
})
