import type pg from 'pg'
import t from 'tap'
import type { Source } from '../../src/catalogue/directory.ts'
import { acceptBatch, type BatchKind } from '../../src/ingest/accept-batch.ts'

const NO_POOL = undefined as unknown as pg.Pool

interface Row { note?: string }

const BATCH = {
  source: {} as Source, read: () => ({ rows: [{}], unreadable: [] }), lenient: false, dryRun: false, body: { type: 'application/json', hash: undefined }, idempotencyKey: undefined
}

t.test('a row that is not taken has an error, though nobody says why', async (t) => {
  const store = (): never => { throw new Error('stored') }
  const kinds: Array<Pick<BatchKind<Row, Row>, 'check' | 'resolve'>> = [
    { check: { fits: (row): row is Row => row === undefined, explain: () => [] }, resolve: (row) => row },
    { check: { fits: (row): row is Row => row !== undefined, explain: () => [] }, resolve: () => [] }
  ]
  for (const kind of kinds) {
    const refused = acceptBatch(NO_POOL, { what: 'a row', free: 'note', store, ...kind }, BATCH, 0)
    await t.rejects(refused, { code: 'rows-rejected', extra: { errors: [{ index: 0, pointer: '', code: 'invalid-value' }], errors_total: 1 } })
  }
})
