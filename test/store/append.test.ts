import t from 'tap'
import { appendEvents } from '../../src/events/store/append.ts'
import { RollupChange } from '../../src/rollups/change.ts'
import type { ReceiptRow } from '../../src/intake/store/receipts.ts'
import { testApp, testSource } from '../support/app.ts'

t.test('a group of which Postgres cannot take one value is undone, and not a failure of all in it', async (t) => {
  const { app, database: { pool }, catalogue } = await testApp(t)
  await testSource(app)
  const receipt = (id: number, detail: string): ReceiptRow => ({
    id,
    sourceId: catalogue.directory.sources[0]?.id ?? 0,
    receivedAt: new Date(0),
    received: 1,
    stored: 0,
    duplicates: 0,
    revised: 0,
    rejected: 1,
    errors: [{ index: 0, pointer: '', code: 'invalid-value', detail }],
    errorsTotal: 1,
    idempotencyKey: null,
    bodyHash: null
  })
  const append = async (...receipts: ReceiptRow[]): Promise<boolean> =>
    await appendEvents(pool, [], new RollupChange(), receipts)
  t.equal(await append(receipt(1, 'good'), receipt(2, 'a\0b')), false)
  t.equal(await append(receipt(1, 'good'), receipt(2, 'a\ud800')), false)
  t.equal((await pool.query('SELECT FROM receipt')).rowCount, 0)
  t.equal(await append(receipt(1, 'good')), true)
})
