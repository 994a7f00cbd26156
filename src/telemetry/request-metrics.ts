import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What is counted of a request: its line in the log has the same. */
export interface MeasuredRequest {
  method: string
  /** The pattern of its address: there are as many series as endpoints, not as addresses. */
  endpoint: string
  status: number
  /** Of the problem that it was answered with. */
  code?: string
  rows?: MeasuredRows
  /** Its rows count nowhere. */
  sandbox?: true
  bytes_in: number
  bytes_out: number
  ms: number
  db_ms: number
}

export interface MeasuredRows {
  kind: string
  received: number
  stored: number
  duplicates?: number
  revised?: number
  rejected?: number
  codes?: Partial<Record<string, number>>
  dry_run?: boolean
  again?: boolean
  lag_seconds?: number
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const ROWS = [1, 10, 100, 1000, 5000, 10_000]
const [MINUTE, HOUR, DAY] = [60, 3600, 86_400]
const LAG = [MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 2 * DAY, 7 * DAY, 31 * DAY]

/** The methods that are counted by name: a client may send any. */
const METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** Counters of requests and of the rows that they bring. */
export class RequestMetrics {
  readonly #requests: Counter<'method' | 'endpoint' | 'status'>
  readonly #duration: Histogram<'method' | 'endpoint'>
  readonly #database: Counter<'endpoint'>
  readonly #bytes: Counter<'direction'>
  readonly #refusals: Counter<'code'>
  readonly #rows: Counter<'kind' | 'outcome'>
  readonly #rowErrors: Counter<'code'>
  readonly #batch: Histogram<'kind'>
  readonly #lag: Histogram
  readonly #inProgress: Gauge

  constructor (registry: Registry) {
    const registers = [registry]
    this.#requests = new Counter({
      registers,
      name: 'lpp_requests_total',
      help: 'Requests that were answered, or whose client left (499).',
      labelNames: ['method', 'endpoint', 'status']
    })
    this.#duration = new Histogram({
      registers,
      name: 'lpp_request_duration_seconds',
      help: 'From the head of a request to the end of its answer.',
      labelNames: ['method', 'endpoint'],
      buckets: SECONDS
    })
    this.#database = new Counter({
      registers,
      name: 'lpp_request_database_seconds_total',
      help: 'Time in which requests waited for the database: for a connection, a statement, a commit.',
      labelNames: ['endpoint']
    })
    this.#bytes = new Counter({
      registers, name: 'lpp_request_bytes_total', help: 'Bytes of bodies, in and out.', labelNames: ['direction']
    })
    this.#refusals = new Counter({
      registers,
      name: 'lpp_refusals_total',
      help: 'Requests that were answered with a problem, by its code.',
      labelNames: ['code']
    })
    this.#rows = new Counter({
      registers,
      name: 'lpp_rows_total',
      help:
        'Rows that came in, by what became of them. again: in a retry under the same Idempotency-Key.',
      labelNames: ['kind', 'outcome']
    })
    this.#rowErrors = new Counter({
      registers,
      name: 'lpp_row_errors_total',
      help: 'Errors of rows that were refused, by their code.',
      labelNames: ['code']
    })
    this.#batch = new Histogram({
      registers, name: 'lpp_batch_rows', help: 'Rows of a batch.', labelNames: ['kind'], buckets: ROWS
    })
    this.#lag = new Histogram({
      registers,
      name: 'lpp_ingest_lag_seconds',
      help: 'Of each batch of events that was stored: from when its newest event happened to its commit.',
      buckets: LAG
    })
    this.#inProgress = new Gauge({
      registers, name: 'lpp_requests_in_progress', help: 'Requests that are not answered yet.'
    })
  }

  begun (): void {
    this.#inProgress.inc()
  }

  ended ({
    method: sent, endpoint, status, code, rows, sandbox, bytes_in: bytesIn, bytes_out: bytesOut, ms, db_ms: dbMs
  }: MeasuredRequest): void {
    this.#inProgress.dec()
    const method = METHODS.has(sent) ? sent : 'other'
    this.#requests.inc({ method, endpoint, status })
    this.#duration.observe({ method, endpoint }, ms / 1000)
    this.#database.inc({ endpoint }, dbMs / 1000)
    this.#bytes.inc({ direction: 'in' }, bytesIn)
    this.#bytes.inc({ direction: 'out' }, bytesOut)
    if (code !== undefined) this.#refusals.inc({ code })
    if (rows !== undefined && rows.dry_run !== true && sandbox !== true) this.#countRows(rows)
  }

  #countRows ({ kind, received, stored, duplicates = 0, revised = 0, rejected, codes = {}, again, lag_seconds: lag }:
  MeasuredRows): void {
    this.#batch.observe({ kind }, received)
    const count = (outcome: string, rows: number): void => {
      if (rows > 0) this.#rows.inc({ kind, outcome }, rows)
    }
    if (again === true) {
      count('again', received)
      return
    }
    count('stored', stored)
    count('duplicate', duplicates)
    count('revised', revised)
    count('refused', rejected ?? received - stored - duplicates - revised)
    if (lag !== undefined && stored > 0) this.#lag.observe(lag)
    for (const [code, errors] of Object.entries(codes)) this.#rowErrors.inc({ code }, errors)
  }
}
