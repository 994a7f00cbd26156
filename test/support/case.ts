import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import type { App } from '../../src/app.ts'
import { numberOf, parseExact } from '../../src/json/exact-json.ts'
import { OPERATOR_TOKEN } from './app.ts'
import { operator } from './builders.ts'

export interface CaseRequest {
  method: string
  path: string
  query: Array<[string, string]>
  headers: Record<string, string>
  body: unknown
  body_base64?: string
}
export interface CaseResponse {
  status?: number
  headers?: Record<string, unknown>
  body?: unknown
  order?: 'any' | { by: string }
  not_5xx?: true
}
export interface Step { request: CaseRequest, response: CaseResponse }
export interface Case { name: string, now: string, data_sets: Array<Record<string, unknown>>, steps: Step[] }

const FOLDER = join(import.meta.dirname, '../contract/cases')
export const readCases = (): Case[] =>
  readdirSync(FOLDER).sort().map((file) => parseExact(readFileSync(join(FOLDER, file), 'utf8')) as Case)

/** The original's own token for its config API; the cases name it, this service calls it the operator token. */
const STAGECRAFT_TOKEN = 'dev-create-endpoint-token'

export async function configure (app: App, sets: Case['data_sets']): Promise<void> {
  for (
    const {
      data_group: group,
      data_type: type,
      bearer_token: token,
      capped_size: _c,
      upload_filters: _f,
      upload_format: _u,
      ...settings
    } of sets
  ) {
    const url = `/v1/data-sets/${String(group)}/${String(type)}`
    const put = await app.inject({ method: 'PUT', url, headers: operator, payload: settings })
    if (put.statusCode >= 300) throw new Error(put.body)
    if (typeof token === 'string' && token !== '') {
      const issued = await app.inject({ method: 'POST', url: `${url}/tokens`, headers: operator, payload: { token } })
      if (issued.statusCode >= 300) throw new Error(issued.body)
    }
  }
}

export async function remove (app: App, sets: Case['data_sets']): Promise<void> {
  for (const set of sets) {
    await app.inject({
      method: 'DELETE',
      url: `/v1/data-sets/${String(set['data_group'])}/${String(set['data_type'])}`,
      headers: operator
    })
  }
}

export async function send (
  app: App, { method, path, query, headers, body, body_base64: bytes }: CaseRequest, etag: string
) {
  const sent = Object
    .fromEntries(Object.entries(headers).map((
      [name, value]
    ) => [name, value.replace('{{etag}}', etag).replace(STAGECRAFT_TOKEN, OPERATOR_TOKEN)]))
  const search = new URLSearchParams(query).toString()
  const payload = bytes !== undefined
    ? Buffer.from(bytes, 'base64')
    : body === null
      ? undefined
      : typeof body === 'string'
        ? body
        : JSON.stringify(body)
  return await app.inject({
    method,
    url: `${path}${search === '' ? '' : `?${search}`}`,
    headers: sent,
    ...(payload === undefined ? {} : { payload })
  } as InjectOptions)
}

const COMPARED = ['cache-control', 'allow', 'www-authenticate', 'content-disposition']

/** How an answer differs from the recorded one, in words; empty: not at all. */
export function differences (
  expected: CaseResponse, got: { statusCode: number, headers: Record<string, unknown>, body: string }
): string[] {
  if (expected.not_5xx === true) return got.statusCode < 500 ? [] : [`status ${got.statusCode}`]
  const found: string[] = []
  if (got.statusCode !== expected.status) {
    found.push(`status ${got.statusCode}, not ${String(expected.status)}: ${got.body.slice(0, 200)}`)
  }
  const headers = expected.headers ?? {}
  const cors = [...new Set([...Object.keys(headers), ...Object.keys(got.headers)])].filter((name) =>
    name.startsWith('access-control-')
  )
  for (const name of [...COMPARED, ...cors]) {
    if (got.headers[name] !== headers[name]) {
      found.push(`${name}: ${String(got.headers[name])}, not ${String(headers[name])}`)
    }
  }
  if ((got.headers['etag'] !== undefined) !== headers['etag']) found.push(`etag: ${String(got.headers['etag'])}`)
  const type = headers['content-type']
  if (type !== undefined && String(got.headers['content-type']).split(';')[0] !== type) {
    found.push(`content-type: ${String(got.headers['content-type'])}`)
  }
  if (found.length === 0) compareBodies(expected, got.body, type === 'application/json', found)
  return found
}

function compareBodies ({ body, order }: CaseResponse, got: string, json: boolean, found: string[]): void {
  if (!json || body === '') {
    if (body !== '<text>' && body !== got) found.push(`body ${got}`)
    return
  }
  const parsed = JSON.parse(got) as { data?: unknown[], messages?: unknown[] }
  const wanted = body as { data?: unknown[], messages?: unknown[] }
  if (order === 'any' || typeof order === 'object') {
    const [a, b] = [wanted.data ?? [], parsed.data ?? []] as Array<Array<Record<string, unknown>>>
    if (typeof order === 'object') {
      const sequence = (rows: Array<Record<string, unknown>> = []): string =>
        JSON.stringify(rows.map((row) => row[order.by]))
      if (sequence(a) !== sequence(b)) found.push(`order by ${order.by}`)
    }
    const unmatched = [...b ?? []]
    for (const row of a ?? []) {
      const at = unmatched.findIndex((other) => same(row, other))
      if (at < 0) found.push(`lacks ${JSON.stringify(row).slice(0, 300)}`)
      else unmatched.splice(at, 1)
    }
    if (unmatched.length > 0) found.push(`has ${JSON.stringify(unmatched[0]).slice(0, 300)} beside`)
  } else if (!same(wanted, parsed)) {
    found.push(`body ${got.slice(0, 600)}\n   not ${JSON.stringify(body).slice(0, 600)}`)
  }
}

function same (a: unknown, b: unknown): boolean {
  if (a === '<text>') return typeof b === 'string' && b !== ''
  if (a === '<uuid>') return typeof b === 'string'
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x !== undefined && y !== undefined) return x === y || Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y))
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]))
  if (
    typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && !Array.isArray(a) && !Array.isArray(b)
  ) {
    const keys = Object.keys(a)
    const [left, right] = [a, b] as [Record<string, unknown>, Record<string, unknown>]
    return keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && same(left[key], right[key]))
  }
  return a === b
}
