import type pg from 'pg'
import t from 'tap'
import { REFUSE_REPEATS } from '../../src/intake/repeats.ts'
import type { Source } from '../../src/catalogue/directory.ts'
import { ROW_ERRORS_LISTED } from '../../src/errors.ts'
import { Intake } from '../../src/intake/intake.ts'
import { acceptBatch, type Batch, type BatchKind } from '../../src/intake/accept-batch.ts'

const NO_DATABASE = new Intake(undefined as unknown as pg.Pool, 1)

interface Row { note?: string }

const REFUSED: BatchKind<Row, Row>['refused'] = { kind: 'event', fields: new Set(['note']), isAttribute: () => false }

const BATCH: Batch = {
  source: {} as Source,
  bytes: 0,
  read: async () => ({ rows: [{}], unreadable: [] }),
  lenient: false,
  dryRun: true, // the receipt of a refusal takes a database
  repeats: REFUSE_REPEATS,

  idempotency: undefined
}

t.test('a row that is not taken has an error, though nobody says why', async (t) => {
  const store = (): never => {
    throw new Error('stored')
  }
  const kinds: Array<Pick<BatchKind<Row, Row>, 'check' | 'resolve'>> = [
    { check: { fits: (row): row is Row => row === undefined, explain: () => [] }, resolve: (row) => row },
    { check: { fits: (row): row is Row => row !== undefined, explain: () => [] }, resolve: () => [] }
  ]
  for (const kind of kinds) {
    const refused = acceptBatch(NO_DATABASE, { what: 'a row', freeText: 'note', refused: REFUSED, store, ...kind }, BATCH, 0)
    await t.rejects(refused, {
      code: 'rows-rejected', extra: { errors: [{ index: 0, pointer: '', code: 'invalid-value' }], errors_total: 1 }
    })
  }
})

t.test('why a row is not taken is asked for as far as an answer lists it', async (t) => {
  let asked = 0
  const kind: BatchKind<Row, Row> = {
    what: 'a row',
    freeText: 'note',
    refused: REFUSED,
    check: { fits: (row): row is Row => row !== undefined, explain: () => [] },
    resolve: (_, index) => [{
      index,
      pointer: '/note',
      code: 'unknown-ward',
      get detail () {
        return `${++asked}`
      }
    }],
    store: () => {
      throw new Error('stored')
    }
  }
  const read = async () => ({
    rows: Array.from({ length: 250 }, () => ({})),
    unreadable: [{ index: 7, pointer: '', code: 'invalid-json' as const, detail: 'x' }]
  })
  const listed = Array.from(
    { length: ROW_ERRORS_LISTED },
    (_, index) => ({ index, detail: index < 7 ? `${index + 1}` : index === 7 ? 'x' : `${index}` })
  )
  await t.rejects(acceptBatch(NO_DATABASE, kind, { ...BATCH, read }, 0), {
    code: 'rows-rejected', extra: { errors: listed, errors_total: 250 }
  })
  t.equal(asked, ROW_ERRORS_LISTED)
})

t.test('what is wrong with a row is told as the receipt can store it', async (t) => {
  const kind: BatchKind<Row, Row> = {
    what: 'a row',
    freeText: 'note',
    refused: REFUSED,
    check: { fits: (row): row is Row => row !== undefined, explain: () => [] },
    resolve: (_, index) => [{ index, pointer: '/a\0', code: 'unknown-ward', detail: 'no b\0' }],
    store: () => {
      throw new Error('stored')
    }
  }
  await t.rejects(acceptBatch(NO_DATABASE, kind, BATCH, 0), {
    code: 'rows-rejected', extra: { errors: [{ pointer: '/a\ufffd', detail: 'no b\ufffd' }] }
  })
})
