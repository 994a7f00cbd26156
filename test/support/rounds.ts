import { bearer, event, kpiUrl, observation, seriesUrl, type Method } from './builders.ts'

const DAY = '2014-05-27'
const SUMMED = 'start_at=2014-05-19T00:00:00Z&end_at=2014-05-26T00:00:00Z'
const WEEK = { period: 'week', start_on: '2014-05-26', end_on: '2014-06-01' }

/** One client of a running service, who notes every answer that nobody should get. */
export class Client {
  readonly url: string
  readonly operator: string
  readonly faults: string[] = []

  constructor (url: string, operator: string) {
    this.url = url
    this.operator = operator
  }

  async ask (
    method: Method, path: string, token?: string, body?: object | string
  ): Promise<{ status: number, text: string }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(token !== undefined && bearer(token)), ...(body !== undefined && { 'content-type': 'application/json' })
      },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    const text = await response.text()
    const mayWait = response.status === 503 && response.headers.has('retry-after')
    if (response.status >= 500 && !mayWait) this.faults.push(`${method} ${path}: ${response.status} ${text}`)
    return { status: response.status, text }
  }

  /** Asks for what must succeed; tries again where it is told to. */
  async must (method: Method, path: string, token?: string, body?: object | string): Promise<any> {
    for (let tries = 1; ; tries++) {
      const { status, text } = await this.ask(method, path, token, body)
      if (status === 503 && tries < 30) {
        await new Promise((resolve) => setTimeout(resolve, 500))
        continue
      }
      if (status < 200 || status > 299) this.faults.push(`${method} ${path}: ${status} ${text.slice(0, 500)}`)
      try {
        return JSON.parse(text)
      } catch {
        return text
      }
    }
  }

  async count (): Promise<number> {
    const { data } = await this.must('GET', seriesUrl({ period: 'day', start_on: DAY, end_on: DAY }))
    return data?.[0]?.values[0].value
  }
}

/**
 * Does once what a service is there for: settings, tokens, sends, retries, revisions, voids, observations, data sets of
 * the old dialect, releases, every kind of reading, downloads. `name` makes its events its own; it adds 11 to the
 * count.
 */
export async function round (client: Client, name: string): Promise<void> {
  const { operator } = client
  const source = `/v1/sources/solihull/${name}`
  const settings = { services: ['report-missed-bin'], channels: { Phone: 'telephone-agent' } }
  await client.must('PUT', source, operator, settings)
  const { token } = await client.must('POST', `${source}/tokens`, operator, {})
  const ids = ['a', 'b', 'c'].map((id) => `${name}-${id}`)
  const events = ids.map((id, i) => event(id, { count: i + 1, channel: 'Phone', ward: 'E05001286' }))
  await client.must('POST', '/v1/events', token, events)
  await client.must('POST', '/v1/events', token, events)
  await client.must('POST', '/v1/events', token, event(ids[0]!, { count: 9, revision: 2 }))
  await client.must('DELETE', `/v1/events/${ids[2]}`, token)
  await client.must('GET', `/v1/events/${ids[0]}`, token)
  // Each round its own measure: a source may not correct what another one sent.
  const measure = `${name}_things`
  await client.must('PUT', `/v1/measures/${measure}`, operator, {
    title: name, unit: 'things', kind: 'flow', description: 'Of a round.'
  })
  await client.must('POST', '/v1/observations', token, observation({ measure, value: 5 }))
  await client.must('POST', '/v1/observations', token, observation({ measure, value: 7, revision: 2 }))

  const set = `/v1/data-sets/${name}/sums`
  await client.must('PUT', set, operator, { raw_queries_allowed: true })
  const writer = await client.must('POST', `${set}/tokens`, operator, {})
  const records = [1, 2].map((sum) => ({ _id: `${sum}`, _timestamp: `2014-05-2${sum}T00:00:00+00:00`, sum }))
  await client.must('POST', `/data/${name}/sums`, writer.token, records)
  await client.must('POST', `/data/${name}/sums`, writer.token, [{ ...records[0], sum: 3 }])
  await client.must('GET', `/data/${name}/sums`)
  await client.must('GET', `/data/${name}/sums?period=week&collect=sum:sum&${SUMMED}`)

  await client.must('PUT', '/v1/disclosure-rules/solihull/report-missed-bin/ward', operator, { threshold: 9 })
  await client.must('PUT', '/v1/publication-rules/stockport/all/2014-01-01', operator, { audience: 'councils' })
  await client.must('POST', '/v1/tokens', operator, { role: 'reader', label: name, authorities: ['solihull'] })
  await client.must('PUT', `/v1/dashboards/${name}?authority=solihull`, operator, {
    'dashboard-type': 'transaction', published: false, title: 'Page', modules: []
  })
  await client.must('POST', '/v1/releases', operator, {})

  for (
    const path of [
      seriesUrl(WEEK),
      seriesUrl({ ...WEEK, group_by: 'channel' }),
      seriesUrl({ ...WEEK, group_by: 'ward' }),
      seriesUrl({ ...WEEK, format: 'csv' }),
      kpiUrl('digital-take-up', { period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }),
      '/data/solihull-report-missed-bin/transactions-by-channel?period=week&group_by=channel&collect=count:sum&duration=3',
      '/v1/authorities/solihull',
      '/v1/services',
      '/v1/kpis',
      '/v1/channels',
      '/v1/areas?authority=solihull',
      '/v1/releases',
      '/readyz',
      '/_status'
    ]
  ) await client.must('GET', path)
  for (const path of ['/v1/sources', '/v1/audit', '/v1/data-sets', '/v1/tokens']) await client.must('GET', path, operator)
}

/** What a round adds to the count of the day: its first event was corrected to 9, the second is 2, the third void. */
export const ADDED = 11
