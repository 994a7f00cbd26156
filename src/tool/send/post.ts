import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Failure } from '../failure.ts'
import type { Counts } from './journal.ts'
import { whyUnreachable, isHopeless } from './network-failure.ts'
import { Patience, retryAfter, type RetryOptions } from './retry.ts'

const pack = promisify(gzip)
const NO_ROWS: Receipt = {
  receipt: null, received: 0, stored: 0, duplicates: 0, revised: 0, rejected: 0, errors: [], errors_total: 0
}
const RETRIED = new Set([408, 425, 429])
/** Below it packing saves nothing that anybody would notice. */
const PACKED_FROM_BYTES = 4096

/** Something wrong with a row, as the service says it. */
export interface RowFault {
  index: number
  line?: number
  column?: string
  pointer: string
  code: string
  detail: string
}

export interface Warning { index?: number, line?: number, column?: string, code: string, detail: string }

/** A receipt, or what stands in its place where a strict batch was refused. */
export interface Receipt extends Counts {
  receipt: string | null
  errors: RowFault[]
  errors_total: number
  warnings?: Warning[]
}

interface Problem {
  code?: string
  detail?: string
  title?: string
  errors?: RowFault[]
  errors_total?: number
  receipt?: string
}

interface Question { path: string, headers: Record<string, string>, body?: Buffer }
interface Answer { response: Response, text: string }

export interface Asked extends Question {
  body: Buffer
  /** For the receipt of a batch that was refused whole, which has none of its own. */
  rows: number
}

export interface Service {
  url: string
  token: string | undefined
  fetch: (request: Request) => Promise<Response>
  Request: typeof Request
}

export interface PosterOptions extends RetryOptions {
  /** Told of each try that failed, in one sentence. */
  onRetry: (why: string) => void
  /** Aborted: no wait is waited to its end, and no further try made; what is on its way is answered. */
  halt: AbortSignal
}

/** Sends batches, each until it is answered for good. */
export class Poster {
  readonly #service: Service
  readonly #options: PosterOptions
  readonly #patience = new Patience()
  #packs = true

  constructor (service: Service, options: PosterOptions) {
    this.#service = service
    this.#options = options
  }

  /** What became of a batch. Throws `Failure` where the request is refused, or cannot be answered in as many tries. */
  async send (asked: Asked): Promise<Receipt> {
    const { response, text } = await this.#answer('POST', asked)
    return response.ok ? JSON.parse(text) as Receipt : refusedBatch(response, text, asked.rows)
  }

  /** What stands at an address, as JSON; undefined: nothing does. Throws `Failure`, as above. */
  async read (path: string): Promise<unknown> {
    const { response, text } = await this.#answer('GET', { path, headers: { accept: 'application/json' } })
    if (response.status === 404) return undefined
    if (!response.ok) throw new Failure(whyRefused(response, problemOf(text)))
    return JSON.parse(text)
  }

  /** Sends a body for an answer that is no receipt. Throws `Failure`, as above. */
  async ask (method: string, path: string, body: Buffer, contentType: string): Promise<unknown> {
    const { response, text } = await this.#answer(method, { path, headers: { 'content-type': contentType }, body })
    if (!response.ok) throw new Failure(whyRefused(response, problemOf(text)))
    return JSON.parse(text)
  }

  async #answer (method: string, asked: Question): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      await this.#patience.wait(this.#options.halt)
      const answer = await this.#try(method, asked)
      if ('text' in answer) return answer
      if (tries >= this.#options.tries) {
        throw new Failure(`${answer.why}${tries > 1 ? ` (${tries} tries)` : ''}. ` +
          'What is stored is stored; run the same command again and it goes on from there.')
      }
      const ms = this.#patience.failed(tries, answer.after, answer.why)
      this.#options.onRetry(`${answer.why}; try ${tries + 1} of ${this.#options.tries} in ${inSeconds(ms)}`)
    }
  }

  async #try (method: string, asked: Question): Promise<Answer | { why: string, after: number | undefined }> {
    const packed = this.#packs && asked.body !== undefined && asked.body.length >= PACKED_FROM_BYTES
    let answer: Answer
    try {
      const response = await this.#ask(method, asked, packed)
      answer = { response, text: await response.text() }
      if (response.ok) JSON.parse(answer.text)
    } catch (error) {
      const why = whyUnreachable(error, this.#service.url)
      if (isHopeless(error)) throw new Failure(why)
      return { why, after: undefined }
    }
    const { response: { status, headers }, text } = answer
    if (status >= 500 || RETRIED.has(status)) {
      return { why: `the service answers ${status}${detailOf(text)}`, after: retryAfter(headers.get('retry-after')) }
    }
    if (status !== 415 || !packed) return answer
    this.#packs = false // a version, or a proxy, that unpacks nothing
    return await this.#try(method, asked)
  }

  async #ask (method: string, { path, headers, body }: Question, packed: boolean): Promise<Response> {
    const { url, token, fetch, Request } = this.#service
    return await fetch(new Request(`${url}${path}`, {
      method,
      headers: {
        ...headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(packed && { 'content-encoding': 'gzip' })
      },
      ...(body !== undefined && { body: packed ? await pack(body) : body }),
      redirect: 'manual', // a POST that is sent elsewhere becomes a GET, and the token goes with it
      signal: AbortSignal.timeout(this.#options.timeoutMs)
    }))
  }
}

/** Rows that were refused together are a receipt of that. Throws `Failure` where the request itself was refused. */
function refusedBatch (response: Response, text: string, rows: number): Receipt {
  const problem = problemOf(text)
  const { errors, errors_total: total, receipt, code } = problem
  // The end of a file may hold nothing but headings that are repeated, or totals.
  if (code === 'empty-body') return NO_ROWS
  if (errors !== undefined && (code === 'rows-rejected' || code === 'conflict')) {
    return {
      receipt: receipt ?? null,
      received: rows,
      stored: 0,
      duplicates: 0,
      revised: 0,
      rejected: rows,
      errors,
      errors_total: total ?? errors.length
    }
  }
  throw new Failure(whyRefused(response, problem))
}

function whyRefused ({ status, headers }: Response, { code, detail, title }: Problem): string {
  if (status >= 300 && status < 400) {
    return `The address leads on to ${headers.get('location') ?? 'another'}; give that one with --url.`
  }
  const said = detail ?? title
  const hint = status === 413 ? ' Send fewer rows a request, with --batch.' : ''
  return `${said ?? `The service answers ${status}.`} (${code ?? status})${hint}`
}

function problemOf (text: string): Problem {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function detailOf (text: string): string {
  const { detail } = problemOf(text)
  return detail === undefined ? '' : ` (${detail.replace(/\.$/, '')})`
}

const inSeconds = (ms: number): string => ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
