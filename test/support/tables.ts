import { parse } from 'csv-parse/sync'
import type { App } from '../../src/app.ts'
import { event, observation, put, send, testSource } from './builders.ts'

/** What a spreadsheet would run, and what a reader of CSV may stumble over. */
export const ODD = '=HYPERLINK("http://x","a,b")\r\n+1\r-2\n@x | y'

/** Solihull's missed bins of May 2014 with notes and names that are hard to write as CSV. */
export async function oddWorld (app: App): Promise<void> {
  const source = await testSource(app)
  await send(app, 'events', source, [
    event('1'), event('2', { channel: 'telephone-agent', occurred_at: '2014-05-28T09:00:00+01:00' }), event('3', { outcome: 'completed' })
  ])
  await send(app, 'observations', source, observation({ note: ODD }))
  await put(app, '/v1/authorities/solihull', { name: ODD, short_name: '-Solihull' })
  await put(app, '/v1/annotations', {
    id: 'strike', authority: 'solihull', start_on: '2014-05-26', end_on: '2014-06-01', note: ODD
  })
  await put(app, '/v1/declarations/solihull/report-missed-bin/transaction/2014-01-01', { basis: 'events' })
  await put(app, '/v1/publication-rules/leeds/report-missed-bin/2014-01-01', { audience: 'councils' })
  await put(app, '/v1/channel-classes/report-missed-bin/web/solihull/2014-01-01', { digital_class: 'digital', reason: ODD })
}

const PERIOD = 'service=report-missed-bin&period=week&start_on=2014-05-26'
const RANGE = `${PERIOD}&end_on=2014-06-08`

/** An address of every table. */
export const TABLES = [
  `/v1/series?authority=solihull&${RANGE}&group_by=channel&group_by=outcome`,
  `/v1/series?${RANGE}&group_by=authority`,
  `/v1/kpis/digital-take-up/series?authority=solihull&${RANGE}&compare_with=previous`,
  `/v1/kpis/transactions/series?${RANGE}&group_by=authority`,
  `/v1/kpis/digital-take-up/comparison?${PERIOD}`,
  '/v1/kpis/digital-take-up/versions',
  '/v1/authorities/solihull',
  '/v1/authorities/solihull/services/report-missed-bin?period=week',
  '/v1/authorities/solihull/services/report-missed-bin/savings?period=week',
  '/v1/authorities/solihull/services/report-missed-bin/authoritative',
  '/v1/services/report-missed-bin/savings?period=week&authority=solihull',
  '/v1/services/report-missed-bin/channel-classes',
  '/v1/reorganisations', '/v1/publication-rules', '/v1/feeds', '/v1/annotations', '/v1/releases', '/v1/audit',
  '/v1/authorities', '/v1/services', '/v1/channels', '/v1/provision', '/v1/providers', '/v1/attributes',
  '/v1/channel-classes', '/v1/comparator-groups', '/v1/declarations', '/v1/disclosure-rules', '/v1/kpis', '/v1/measures',
  '/v1/neighbours', '/v1/targets', '/v1/unit-savings', '/v1/areas?authority=solihull'
]

/** The rows of a CSV, by RFC 4180 alone. */
export const readCsv = (text: string): Array<Record<string, string>> =>
  parse(text, { columns: true, record_delimiter: '\r\n', relax_quotes: false })
