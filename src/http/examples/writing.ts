import type { Examples } from './example.ts'

/** The demo's own system of Solihull: it has sent, and what was refused of it waits. */
const DEMO = { authority: 'solihull', name: 'demo' }
const OF_DEMO = { source: 'solihull/demo' }
/** Of the demo's first receipt, whose rows were all refused. */
const REFUSED = (row: number) => ({ path: { id: `1-${row}` }, query: OF_DEMO })
/** Figures that the demo does not have: those of one source no other may replace. */
const FIGURES = { authority: 'solihull', service: 'report-missed-recycling', measure: 'collections_made' }
const SET = { group: 'solihull-zoo-licence', type: 'inspections' }
const NAME = 'solihull_zoo_licence_inspections'
const RECORD = { _id: '20250721-inspections', _timestamp: '2025-07-21T00:00:00Z', period: 'week', inspections: 28 }

/** What is sent, and what sending needs. The demo, or an example above, made what is changed or removed here. */
export const WRITING: Examples = {
  putMapping: {
    path: { ...DEMO, mapping: 'nightly-export' },
    body: {
      kind: 'event',
      fields: {
        id: { column: 'Ref No' },
        authority: { value: 'solihull' },
        service: { value: 'report-missed-bin' },
        occurred_at: { column: 'Date reported' },
        channel: { column: 'How contacted', words: { 'Phone call': 'telephone-agent' } },
        ward: { column: 'Ward' }
      }
    }
  },
  listMappings: { path: DEMO },
  getMapping: { path: { ...DEMO, mapping: 'nightly-export' } },
  deleteMapping: { path: { ...DEMO, mapping: 'nightly-export' } },
  suggestMapping: { path: DEMO },
  putSource: { body: { services: ['report-missed-bin', FIGURES.service], channels: { Phone: 'telephone-agent' } } },
  issueToken: { path: DEMO },
  listTokens: { path: DEMO },
  revokeToken: { path: DEMO, shows: 404 },
  putRhythm: { path: DEMO },
  getRhythm: { path: DEMO },
  deleteRhythm: { path: DEMO },
  replaceFigures: {
    path: FIGURES,
    body: { period: 'week', start_on: '2025-05-26', figures: [{ value: 412000, note: 'one round on strike' }] }
  },
  getFigures: { path: FIGURES, query: { period: 'week', start_on: '2025-05-26' } },
  voidEventById: { query: { id: 'SMBC-2025-000124' } },
  getReceipt: { path: { id: '1' }, query: OF_DEMO },
  getRejection: REFUSED(0),
  replayRejection: REFUSED(1),
  deleteRejection: REFUSED(2),
  deleteRejections: { query: { ...OF_DEMO, code: 'unknown-ward' } },
  replayRejections: { query: OF_DEMO },
  listUnmappedWords: { path: DEMO },
  forgetUnmappedWords: { path: DEMO, query: { field: 'channel', word: 'Fone' } },
  eraseEvents: {
    path: DEMO, query: { dry_run: true }, body: { ids: ['SMBC-2025-000123'], reason: 'Request 2026-17' }
  },
  listErasures: { path: DEMO },
  issuePersonToken: {
    body: { role: 'administrator', label: 'Solihull performance team', authorities: ['solihull'], days: 90 }
  },
  revokePersonToken: { shows: 404 },
  putDataSet: { path: SET, body: { published: true, queryable: true, raw_queries_allowed: true } },
  getDataSet: { path: SET },
  deleteDataSet: { path: { ...SET, type: 'inspections-of-2024' } },
  issueDataSetToken: { path: SET },
  listDataSetTokens: { path: SET },
  revokeDataSetToken: { path: SET, shows: 404 },
  writeRecords: { path: SET, body: [RECORD] },
  writeRecordsByName: { path: { name: NAME }, body: [RECORD] },
  readDataByName: { path: { name: NAME } },
  checkTransform: { path: SET, body: { _start_at: '2025-07-21T00:00:00+00:00' } },
  emptyDataSet: { path: { name: NAME } },
  replaceRecords: { path: SET, body: [RECORD] },
  changeRecord: { path: { ...SET, id: RECORD._id }, body: { inspections: 29 } },
  removeRecord: { path: { ...SET, id: RECORD._id } }
}
