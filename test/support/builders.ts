import type { App } from '../../src/app.ts'

export const OPERATOR_TOKEN = 'operator-token-of-the-tests'

export interface Headers { [name: string]: string }
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** The headers of the operator. */
export const operator = bearer(OPERATOR_TOKEN)

/** Sends one request; the answer's body is read as JSON where it has one. */
export async function call (app: App, method: Method, url: string, headers: Headers = {}, payload?: object | string) {
  const answer = await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) })
  const isJson = /json/.test(String(answer.headers['content-type']))
  return { status: answer.statusCode, headers: answer.headers, body: isJson ? answer.json() : answer.body }
}

/** Reads what must be there. */
export async function get (app: App, url: string, headers: Headers = {}) {
  const { status, body } = await call(app, 'GET', url, headers)
  if (status !== 200) throw new Error(`GET ${url}: ${status} ${JSON.stringify(body)}`)
  return body
}

/** Changes a setting; the operator's, if nobody else is named. */
export async function put (app: App, url: string, payload: object | string, headers: Headers = operator) {
  const { status, body } = await call(app, 'PUT', url, headers, payload)
  if (status >= 300) throw new Error(`PUT ${url}: ${status} ${JSON.stringify(body)}`)
  return body
}

/** Sends rows that must be taken; returns the receipt. */
export async function send (app: App, path: 'events' | 'observations', headers: Headers, rows: object | object[]) {
  const { status, body } = await call(app, 'POST', `/v1/${path}`, headers, rows)
  if (status !== 200) throw new Error(`POST /v1/${path}: ${status} ${JSON.stringify(body)}`)
  return body
}

/** Publishes what is due of wards and streets, by the operator if nobody else is named; returns the releases made. */
export async function release (app: App, asked: object = {}, headers: Headers = operator) {
  const { status, body } = await call(app, 'POST', '/v1/releases', headers, asked)
  if (status !== 200) throw new Error(`POST /v1/releases: ${status} ${JSON.stringify(body)}`)
  return body.data
}

/** A transaction in Solihull; `more` says what is different about it. */
export function event (id: string, more: object = {}) {
  return {
    id,
    authority: 'solihull',
    service: 'report-missed-bin',
    occurred_at: '2014-05-27T08:31:00+01:00',
    channel: 'web',
    ...more
  }
}

/** Collections that Solihull made in a week; `more` says what is different about them. */
export function observation (more: object = {}) {
  return {
    authority: 'solihull',
    service: 'report-missed-bin',
    measure: 'collections_made',
    period: 'week',
    start_on: '2014-05-26',
    value: 412_000,
    ...more
  }
}

/** The headers of an administrator of some authorities. */
export async function administratorOf (app: App, ...authorities: string[]): Promise<Headers> {
  return await personAs(app, { role: 'administrator', authorities })
}

/** The headers of somebody who governs or reads. */
export async function personAs (
  app: App, person: { role: 'operator' | 'administrator' | 'reader', authorities?: string[], scopes?: string[] }
): Promise<Headers> {
  const { status, body } = await call(app, 'POST', '/v1/tokens', operator, { label: 'test', ...person })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return bearer(body.token)
}

/** Makes a token of a source or a data set; `path` is where it lies below /v1. */
export async function issueToken (
  app: App, path: string, settings: { days?: number, scopes?: string[], token?: string, sandbox?: boolean } = {}
): Promise<{ id: string, token: string }> {
  const { status, body } = await call(app, 'POST', `/v1/${path}/tokens`, operator, settings)
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body
}

/** Creates a source with a token, of Solihull's missed bins if nothing is said; returns the headers to send with. */
export async function testSource (
  app: App,
  path = 'solihull/bartec',
  settings: object = { services: ['report-missed-bin'] },
  token: { days?: number, scopes?: string[] } = {}
) {
  await put(app, `/v1/sources/${path}`, settings)
  return bearer((await issueToken(app, `sources/${path}`, token)).token)
}

/** The address of a question; lists repeat their parameter. */
export function urlOf (path: string, parameters: Record<string, string | number | string[]>): string {
  const query = Object.entries(parameters).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}=${encodeURIComponent(one)}`))
  return `${path}?${query.join('&')}`
}

const OF_SOLIHULL = { authority: 'solihull', service: 'report-missed-bin' }

/** A question for counts: of Solihull's missed bins, unless `parameters` say otherwise. */
export const seriesUrl = (parameters: Parameters<typeof urlOf>[1]): string =>
  urlOf('/v1/series', { ...OF_SOLIHULL, ...parameters })

/** A question for a KPI: of Solihull's missed bins, unless `parameters` say otherwise. */
export const kpiUrl = (kpi: string, parameters: Parameters<typeof urlOf>[1]): string =>
  urlOf(`/v1/kpis/${kpi}/series`, { ...OF_SOLIHULL, ...parameters })
