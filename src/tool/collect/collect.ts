import { randomUUID } from 'node:crypto'
import { Failure } from '../failure.ts'
import type { Outcome } from '../send/journal.ts'
import { keyOf } from '../send/key.ts'
import type { Poster, Receipt } from '../send/post.ts'
import type { Report } from '../send/report.ts'
import { pathOf } from '../send/send-pieces.ts'
import { countsOf, summaryOf, type Summary } from '../send/summary.ts'
import type { CollectConfig } from './config.ts'
import type { CollectedRow, CollectQuery, SourceDatabase } from './database.ts'
import { failureOf } from './open-database.ts'
import { logRefused } from './refused-log.ts'
import { asCsv, asNdjson } from './rows.ts'
import { markOf, noteMark } from './state.ts'

export interface Collecting {
  config: CollectConfig
  database: SourceDatabase
  poster: Poster
  url: string
  report: Report
  halt: AbortSignal
  dryRun: boolean
}

/**
 * Sends what is new in a database since the last run. How far it has come is noted after the receipt, so what was sent
 * and not noted is sent again, and known by its ids. Throws `Failure`; what stops it half way stands in the summary.
 */
export async function collect (collecting: Collecting): Promise<Summary> {
  const { config, database, report, halt, dryRun } = collecting
  const started = Date.now()
  const outcomes = new Map<number, Outcome>()
  const refusedFile = `${config.state}.refused.csv`
  const run = randomUUID()
  let stopped: string | undefined
  try {
    for await (const rows of database.rows(queryOf(collecting))) {
      if (halt.aborted) throw new Failure('It was stopped; the next run goes on from there.')
      const batch = outcomes.size + 1
      const key = dryRun ? undefined : keyOf({ sha256: '', options: {} }, run, batch)
      const receipt = await sendRows(collecting, rows, key)
      logRefused(refusedFile, rows, receipt)
      for (const warning of receipt.warnings ?? []) report.warn(warning)
      outcomes.set(batch, outcomeOf(batch, receipt))
      if (!dryRun) noteMark(config.state, stateAfter(collecting, rows))
    }
  } catch (error) {
    stopped = failureOf(error).message
  }
  const summary = summaryOf('collected', [], outcomes, (Date.now() - started) / 1000)
  return {
    ...summary,
    ...(dryRun && { dry_run: true as const }),
    ...(summary.refused > 0 && { refused_file: refusedFile }),
    ...(stopped !== undefined && { stopped })
  }
}

function queryOf ({ config: { query, watermark, batch, state }, url }: Collecting): CollectQuery {
  const { column, from, overlap_seconds: overlapSeconds, overlap_number: overlapNumber } = watermark
  const noted = markOf(state, { url, column })
  if (noted !== undefined) return { query, column, batch, mark: noted, overlapSeconds, overlapNumber }
  const mark = from === undefined ? undefined : String(from)
  return { query, column, batch, mark, overlapSeconds: undefined, overlapNumber: undefined }
}

const stateAfter = ({ config: { watermark: { column } }, url }: Collecting, rows: CollectedRow[]) =>
  ({ url, column, mark: rows.at(-1)?.mark ?? '' })

async function sendRows (
  { config, poster }: Collecting, rows: CollectedRow[], key: string | undefined
): Promise<Receipt> {
  const { kind, mapping, on_repeat: onRepeat, batch } = config
  const values = rows.map((row) => sentOf(row.values))
  return await poster.send({
    path: pathOf({
      kind, strict: false, batch, ...(mapping !== undefined && { mapping }), ...(onRepeat !== undefined && { onRepeat })
    }, key === undefined),
    headers: {
      'content-type': mapping === undefined ? 'application/x-ndjson' : 'text/csv; charset=utf-8',
      prefer: 'handling=lenient',
      ...(key !== undefined && { 'idempotency-key': key })
    },
    body: mapping === undefined ? asNdjson(values) : asCsv(values),
    rows: rows.length
  })
}

// What a query needs and nobody is to have, such as the watermark, has a name that begins with an underscore.
const sentOf = (values: CollectedRow['values']): CollectedRow['values'] =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith('_')))

const outcomeOf = (batch: number, receipt: Receipt): Outcome =>
  ({ batch, receipt: receipt.receipt, ...countsOf(receipt) })
