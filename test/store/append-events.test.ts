import { setImmediate } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { appendEvents, encodeBatch } from '../../src/events/append-events.ts'
import { CommitQueue } from '../../src/events/commit-queue.ts'
import { EventResolver } from '../../src/events/resolve-event.ts'
import type { CheckedBatch } from '../../src/intake/accept-batch.ts'
import type { Receipt } from '../../src/intake/receipt.ts'
import { Slices } from '../../src/domain/slices.ts'
import type { EventRow } from '../../src/events/columns.ts'
import type { RowError } from '../../src/errors.ts'
import { findDifferences } from '../../src/rollups/verify.ts'
import { Nodes } from '../../src/postgres/cluster/nodes.ts'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { waitUntil } from '../support/wait-until.ts'
import { REFUSE_REPEATS } from '../../src/intake/repeats.ts'

const AT = new Date('2014-06-10T12:00:00Z')
/** More events than are written in one statement of a pool: these need a connection for a transaction. */
const MANY = Array.from({ length: 101 }, (_, i) => `m${1000 + i}`)

async function append (queue: CommitQueue, batch: CheckedBatch<EventRow>): Promise<Receipt | undefined> {
  const encode = await queue.append(batch.source)
  return await (await encode?.(batch, new Slices()))?.()
}

async function site (t: Test) {
  const { app, database: { pool }, catalogue } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  await testSource(app, 'solihull/bartec', { services: ['report-missed-bin'] })
  const [source] = catalogue.directory.sources
  if (source === undefined) throw new Error('no source')
  const resolver = new EventResolver(catalogue.directory, source, AT.getTime())
  const batch = (ids: string[], errors: RowError[] = []): CheckedBatch<EventRow> => {
    const rows = ids.map((id, index) => {
      const row = resolver.resolve({
        id, authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00', count: 2
      }, index)
      if (Array.isArray(row)) throw new Error(row[0]?.detail)
      return { index, row }
    })
    const read = async () => ({ rows: [], unreadable: [] })
    return {
      source,
      read,
      bytes: 0,
      lenient: true,
      dryRun: false,
      repeats: REFUSE_REPEATS,
      idempotency: undefined,
      refusals: undefined,
      rows,
      errors,
      received: rows.length,
      at: AT
    }
  }
  const ids = async () =>
    (await pool.query<{ id: string }>('SELECT id FROM event ORDER BY id')).rows.map(({ id }) => id)
  return { pool, batch, ids }
}

t.test('a group that is tried again counts each event once', async (t) => {
  const { pool, batch, ids } = await site(t)
  let commits = 0
  const failing = {
    connect: async () => {
      const client = await pool.connect()
      const query = async (...args: unknown[]): Promise<unknown> => {
        if (args[0] === 'COMMIT' && commits++ === 0) {
          throw Object.assign(new pg.DatabaseError('deadlock', 1, 'error'), { code: '40P01' })
        }
        return client.query(...args as [string])
      }
      return new Proxy(client, {
        get: (target, name) => name === 'query'
          ? (first: unknown, ...rest: unknown[]) =>
              typeof first === 'object' && first !== null && 'submit' in first
                ? target.query(first as pg.Submittable)
                : query(first, ...rest)
          : name === 'release' ? (error?: Error) => target.release(error) : Reflect.get(target, name, target)
      })
    }
  } as unknown as pg.Pool
  await appendEvents(failing, new Nodes(pool), [
    await encodeBatch(batch([...MANY, 'b', 'a']), 1, new Slices()), await encodeBatch(batch(['c']), 2, new Slices())
  ])
  t.equal(commits, 2)
  t.same(await ids(), ['a', 'b', 'c', ...MANY])
  t.same(await findDifferences(pool, 10), [])
})

t.test('a group that Postgres refuses is undone, and each of its batches told to go alone', async (t) => {
  const { pool, batch, ids } = await site(t)
  const unstorable: RowError = { index: 0, pointer: '', code: 'invalid-value', detail: 'a\0b' }
  const queue = new CommitQueue(pool, new Nodes(pool), () => undefined)
  t.match(await append(queue, batch(['z'])), { stored: 1 }, 'from now on the queue has numbers for receipts')
  for (const wrong of [batch(['y'], [unstorable]), batch(['x', 'x']), batch(['w']), batch(['z'])]) {
    t.same(await Promise.all([append(queue, batch(['w'])), append(queue, wrong)]), [undefined, undefined])
    t.same(await ids(), ['z'])
  }
  const receipts = await Promise.all([['d', 'c'], ['b'], ['a']].map(async (names) => await append(queue, batch(names))))
  t.same(receipts.map((receipt) => receipt?.stored), [2, 1, 1])
  t.same(await ids(), ['a', 'b', 'c', 'd', 'z'])
  t.same(await findDifferences(pool, 10), [])
})

t.test('a source that sent something again is left to a transaction of its own, until it sends what is new', async (t) => {
  const { pool, batch, ids } = await site(t)
  const queue = new CommitQueue(pool, new Nodes(pool), () => undefined)
  const sent = batch(['a'])
  queue.noteResent(sent.source, true)
  t.equal(await append(queue, sent), undefined)
  t.same(await ids(), [])
  queue.noteResent(sent.source, false)
  t.match(await append(queue, sent), { stored: 1 })
})

/** A pool whose connections fail, all but the first not before `fail` is called. */
function failingPool (pool: pg.Pool) {
  const { promise, resolve: fail } = Promise.withResolvers<undefined>()
  const seen = { began: 0 }
  const connect = async (): Promise<never> => {
    if (seen.began++ > 0) await promise
    throw new Error('no connection')
  }
  return { seen, fail, failing: { query: pool.query.bind(pool), connect } as unknown as pg.Pool }
}

const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await setImmediate()
}

t.test('a group takes some thousand rows, and two are on their way at once', async (t) => {
  const { pool, batch } = await site(t)
  const { seen, fail, failing } = failingPool(pool)
  const queue = new CommitQueue(failing, new Nodes(pool), () => undefined)
  await t.rejects(append(queue, batch(MANY)), { message: 'no connection' })
  const many = batch(Array.from({ length: 4000 }, (_, i) => String(i)))
  const answers = Promise.allSettled([1, 2, 3, 4].map(async () => await append(queue, many)))
  await waitUntil('two are on their way', () => seen.began >= 1 + 2)
  await turns()
  t.equal(seen.began, 1 + 2)
  fail(undefined)
  t.same((await answers).map(({ status }) => status), Array.from({ length: 4 }, () => 'rejected'))
  t.equal(seen.began, 1 + 4)
})

t.test('nothing is written while folding has fallen far behind', async (t) => {
  const { pool, batch } = await site(t)
  const { seen, failing } = failingPool(pool)
  const { promise, resolve: caughtUp } = Promise.withResolvers<undefined>()
  let asked = 0
  const queue = new CommitQueue(failing, new Nodes(pool), () => {
    asked++
    return promise
  })
  const answer = t.rejects(append(queue, batch(MANY)), { message: 'no connection' })
  await waitUntil('the queue goes on', () => asked + seen.began > 0)
  await turns()
  t.equal(seen.began, 0)
  caughtUp(undefined)
  await answer
  t.equal(seen.began, 1)
})

t.test('a few events are kept with their receipt or not at all, whatever refuses them', async (t) => {
  const { pool, batch, ids } = await site(t)
  const nodes = new Nodes(pool)
  await nodes.read()
  const appendAs = async (receiptId: number, names: string[]): Promise<void> => {
    await appendEvents(pool, nodes, [await encodeBatch(batch(names), receiptId, new Slices())])
  }
  await appendAs(1, ['a'])
  await t.rejects(appendAs(2, ['b', 'a']), { code: '23505', constraint: 'event_pkey' })
  await t.rejects(appendAs(1, ['b']), { code: '23505', constraint: 'receipt_pkey' })
  t.same(await ids(), ['a'])
  await appendAs(2, ['b'])
  t.same(await ids(), ['a', 'b'])
  t.same((await pool.query('SELECT id FROM receipt ORDER BY id')).rows, [{ id: 1 }, { id: 2 }])
  t.same(await findDifferences(pool, 10), [])
})
