import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATES } from '../../performance-platform/dashboards/self-made/modules.ts'
import type { Client } from './client.ts'
import {
  solihullChannels, solihullMonitoring, solihullWards, warwickshireRenewals, type DemoRecord
} from './historic-records.ts'

const DATA = join(import.meta.dirname, '../demo-data')
const ROWS_A_REQUEST = 2000
const SOLIHULL = 'solihull-local-authority'
const WARWICKSHIRE = 'warwickshire-local-authority'

interface DataSet { group: string, type: string, settings: object, records: (now: number) => DemoRecord[] }

const byChannel = { published: true, raw_queries_allowed: true, schema: json('schema-transactions-by-channel') }
const DATA_SETS: DataSet[] = [
  { group: SOLIHULL, type: 'transactions-by-channel', settings: byChannel, records: solihullChannels },
  {
    group: SOLIHULL,
    type: 'missed-bin-by-ward',
    settings: { published: true, raw_queries_allowed: true },
    records: solihullWards
  },
  {
    group: SOLIHULL,
    type: 'monitoring',
    settings: { published: true, raw_queries_allowed: true, schema: json('schema-monitoring') },
    records: solihullMonitoring
  },
  { group: WARWICKSHIRE, type: 'transactions-by-channel', settings: byChannel, records: warwickshireRenewals }
]
const DASHBOARDS = ['solihull-local-authority', 'warwickshire-library-item-renewals']

/**
 * The two dashboards that local government had in 2014, with their data sets and believable figures up to `now`
 * (milliseconds). Sent again it changes nothing but what the days since have brought. Returns the dashboards' slugs.
 */
export async function loadHistoricDashboards (
  { client, operatorToken, now }: { client: Client, operatorToken: string, now: number }
): Promise<{ slugs: string[], records: number }> {
  let sent = 0
  for (const { group, type, settings, records } of DATA_SETS) {
    const path = `/v1/data-sets/${group}/${type}`
    await client.request('PUT', path, operatorToken, settings)
    const { token } = await client.request<{ token: string }>('POST', `${path}/tokens`, operatorToken, { days: 1 })
    const rows = records(now)
    for (let start = 0; start < rows.length; start += ROWS_A_REQUEST) {
      await client.request('POST', `/data/${group}/${type}`, token, rows.slice(start, start + ROWS_A_REQUEST))
    }
    sent += rows.length
  }
  for (const slug of DASHBOARDS) {
    await client.request('PUT', `/v1/dashboards/${slug}`, operatorToken, asShown(json(slug)))
  }
  return { slugs: DASHBOARDS, records: sent }
}

interface HistoricModule { 'module-type': string, 'data-source'?: { 'query-params'?: object }, axes?: object }

// What the newest front end needs beside: a table of completion shows dashes unless its data are nested, and a graph
// that does not say how it shows dates names each week by its month alone, so that four rows of a table are the same.
function asShown (dashboard: Record<string, unknown>): object {
  const modules = (dashboard['modules'] as HistoricModule[]).map((module) => {
    const { 'module-type': type, 'data-source': source, axes } = module
    if (type === 'grouped_timeseries') return { ...module, axes: { x: DATES, ...axes } }
    return type !== 'completion_table' || source === undefined
      ? module
      : { ...module, 'data-source': { ...source, 'query-params': { ...source['query-params'], flatten: false } } }
  })
  return { ...dashboard, published: true, modules }
}

function json (name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(DATA, `${name}.json`), 'utf8')) as Record<string, unknown>
}
