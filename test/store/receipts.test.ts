import t from 'tap'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { findReceipt, insertReceipts, isKeyTaken, type ReceiptRow } from '../../src/intake/store/receipts.ts'
import { testDatabase } from '../support/app.ts'

t.test('receipts come back as they were written, several in one statement', async (t) => {
  const { database: { pool } } = await testDatabase(t)
  const plain: ReceiptRow = {
    id: 1,
    ownerId: 3,
    sourceId: 7,
    receivedAt: new Date('2014-06-10T12:00:00.005Z'),
    received: 15,
    stored: 1,
    duplicates: 2,
    revised: 4,
    rejected: 8,
    errors: [],
    errorsTotal: 9,
    older: null,
    voided: null,
    warnings: null,
    mapping: null,
    idempotencyKey: null,
    bodyHash: null
  }
  const full: ReceiptRow = {
    ...plain,
    id: 2,
    older: 3,
    voided: 5,
    errors: [{ index: 3, pointer: '/ward', code: 'unknown-ward', detail: 'Kein „Ort“' }],
    warnings: [{ line: 3, code: 'encoding', detail: 'Kein „UTF-8“' }],
    mapping: { name: 'export', version: 2 },
    idempotencyKey: 'k',
    bodyHash: Buffer.from([0, 255])
  }
  const insert = async (...receipts: ReceiptRow[]): Promise<void> =>
    await inTransaction(pool, async (client) => await insertReceipts(client, receipts))
  await insert(plain, full)
  t.same(await findReceipt(pool, { ownerId: 3, sourceId: 7 }, '1'), plain)
  t.same(await findReceipt(pool, { ownerId: 3, sourceId: 7 }, '2'), full)
  t.equal(await findReceipt(pool, { ownerId: 3, sourceId: 8 }, '1'), undefined, 'another source\'s')
  t.equal(await findReceipt(pool, { ownerId: 4, sourceId: 7 }, '1'), undefined, 'another authority\'s')

  const taken = insert({ ...plain, id: 3, idempotencyKey: 'k' })
  await t.rejects(taken, { code: '23505' })
  t.ok(await taken.then(() => false, isKeyTaken))
  t.notOk(await insert(plain).then(() => true, isKeyTaken), 'a number that is taken is no key that is taken')
  await insert({ ...plain, id: 3, sourceId: 8, idempotencyKey: 'k' })
})
