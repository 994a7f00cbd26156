import type { Examples } from './example.ts'

const BARTEC = { source: 'solihull/bartec' }
/** Figures that the demo does not have: those of one source no other may replace. */
const FIGURES = { authority: 'solihull', service: 'report-missed-recycling', measure: 'collections_made' }
const SET = { group: 'solihull-zoo-licences', type: 'inspections' }
const NAME = 'solihull_zoo_licences_inspections'
const RECORD = { _id: '20250721-inspections', _timestamp: '2025-07-21T00:00:00Z', period: 'week', inspections: 28 }

/** What is sent, and what sending needs. What is removed here was made by an example here. */
export const WRITING: Examples = {
  listMappings: { path: { authority: 'solihull', name: 'bartec' } },
  putMapping: {
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
  putSource: { body: { services: ['report-missed-bin', FIGURES.service], channels: { Phone: 'telephone-agent' } } },
  replaceFigures: {
    path: FIGURES,
    body: { period: 'week', start_on: '2025-05-26', figures: [{ value: 412000, note: 'one round on strike' }] }
  },
  getFigures: { path: FIGURES, query: { period: 'week', start_on: '2025-05-26' } },
  getReceipt: { query: BARTEC },
  getRejection: { query: BARTEC },
  deleteRejection: { query: BARTEC },
  deleteRejections: { query: { ...BARTEC, code: 'unknown-channel' } },
  replayRejection: { query: BARTEC },
  replayRejections: { query: BARTEC },
  forgetUnmappedWords: { query: { field: 'channel', word: 'Fone' } },
  eraseEvents: { query: { dry_run: true }, body: { ids: ['SMBC-2025-000123'], reason: 'Request 2026-17' } },
  issuePersonToken: {
    body: { role: 'administrator', label: 'Solihull performance team', authorities: ['solihull'], days: 90 }
  },
  putDataSet: { path: SET, body: { name: NAME, published: true, queryable: true, raw_queries_allowed: true } },
  getDataSet: { path: SET },
  deleteDataSet: { path: SET },
  issueDataSetToken: { path: SET },
  listDataSetTokens: { path: SET },
  revokeDataSetToken: { path: SET },
  writeRecords: { path: SET, body: [RECORD] },
  writeRecordsByName: { path: { name: NAME }, body: [RECORD] },
  readDataByName: { path: { name: NAME } },
  checkTransform: { path: SET, body: { _start_at: '2025-07-21T00:00:00+00:00' } },
  emptyDataSet: { path: { name: NAME } },
  replaceRecords: { path: SET, body: [RECORD] },
  changeRecord: { path: { ...SET, id: RECORD._id }, body: { inspections: 29 } },
  removeRecord: { path: { ...SET, id: RECORD._id } }
}
