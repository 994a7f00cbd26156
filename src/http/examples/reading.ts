import type { Examples } from './example.ts'

/**
 * Days that the demo has for years to come: it begins thirty months before the month in which it is run.
 */
const WEEKS = { period: 'week', start_on: '2025-05-26', end_on: '2025-06-08' }
const BINS = { authority: 'solihull', service: 'report-missed-bin' }
const SAVINGS = { period: 'month', start_on: '2026-06-01', baseline_start_on: '2025-06-01' }
const OF_DEMO = { source: 'solihull/demo' }

/** Questions of people and programs that read. Reads that are not here take no question but their address. */
export const READING: Examples = {
  readSeries: { query: { ...BINS, ...WEEKS, group_by: ['channel'] } },
  drawSeries: { query: { ...BINS, ...WEEKS, group_by: ['channel'] } },
  exportSeries: { query: { ...BINS, format: 'csv', period: 'month', measure: ['count'] } },
  readKpiSeries: { query: { ...BINS, ...WEEKS } },
  drawKpiSeries: { query: { ...BINS, ...WEEKS } },
  compareAuthorities: { query: { service: 'report-missed-bin', period: 'month', start_on: '2025-06-01' } },
  drawComparison: { query: { service: 'report-missed-bin', period: 'month', start_on: '2025-06-01' } },
  getScorecard: { query: { period: 'month' } },
  readSavings: { query: SAVINGS },
  readAuthoritySavings: { query: SAVINGS },
  listAnnotations: { query: { authority: 'solihull', from: '2025-06-01', to: '2025-06-30' } },
  listFeeds: { query: { authority: 'solihull' } },
  listReleases: { query: { authority: 'solihull' } },
  listAuthorities: { query: { region: 'West Midlands', limit: 20 } },
  listServices: { query: { q: 'bin', limit: 20 } },
  listChannels: {},
  listAreas: { query: { authority: 'solihull', limit: 20 } },
  listProviders: { query: { authority: 'solihull' } },
  listAllProvision: { query: { authority: 'solihull' } },
  listKpis: { query: { limit: 20 } },
  readData: {
    path: { group: 'solihull-report-missed-bin', type: 'transactions-by-channel' },
    query: {
      period: 'week',
      start_at: '2025-05-26T00:00:00Z',
      end_at: '2025-06-09T00:00:00Z',
      collect: ['count:sum'],
      group_by: ['channel']
    }
  },
  readDashboards: { query: { slug: 'solihull' } },
  readCatalogue: { query: BINS },
  readCatalogueAsJsonLd: { query: BINS },
  readCatalogueAsTurtle: { query: BINS },
  readDataJson: { query: BINS },
  exportEvents: { query: { ...OF_DEMO, format: 'csv' } },
  listEvents: { query: { ...OF_DEMO, from: '2025-05-26', to: '2025-06-01', limit: 20 } },
  listReceipts: { query: { ...OF_DEMO, limit: 20 } },
  listRejections: { query: { ...OF_DEMO, limit: 20 } },
  readStatusPage: { query: { authority: 'solihull' } },
  readGuides: { query: { q: 'late feed' } },
  readAudit: { query: { subject: 'solihull/', limit: 20 } }
}
