import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { BadFile, Failure } from '../failure.ts'
import { Journal, type Identity, type Outcome } from './journal.ts'
import { sentenceInFile } from './lines.ts'
import type { Piece } from './pieces.ts'
import type { Receipt } from './post.ts'
import { Refusals } from './refusals.ts'
import type { Report } from './report.ts'
import { sendPieces, type Sending } from './send-pieces.ts'
import { countsOf, summaryOf, type Summary } from './summary.ts'

export interface FileSending extends Sending {
  /** As it is named to whoever sends it. */
  file: string
  /** Where the journal is kept; left out: what comes once, as standard input does, has none. */
  journalFile?: string
  refusedFile: string
  url: string
  /** Who sends, without the token; see `senderOf`. */
  sender: string
  dryRun: boolean
  /** Send it once more, though it was sent. */
  again: boolean
  report: Report
}

/** Sends what is left to be sent of a file. What stops it half way stands in the summary. Throws `Failure`. */
export async function sendFile (sending: FileSending): Promise<Summary> {
  refuseSplitPeriod(sending)
  const started = Date.now()
  const { content, file, refusedFile } = sending
  const journal = journalOf(sending)
  const summary = (more: Partial<Summary>): Summary => ({
    ...summaryOf(file, content.pieces, journal.outcomes, (Date.now() - started) / 1000), ...more
  })
  if (journal.finished !== undefined) {
    return summary({ already_sent: journal.finished, ...(existsSync(refusedFile) && { refused_file: refusedFile }) })
  }
  const refusals = new Refusals(sending.poster)
  let rows = 0
  let stopped: string | undefined
  try {
    await send(sending, journal, refusals)
    rows = await refusals.write(refusedFile, content, journal.outcomes, 'all')
    journal.finish()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    stopped = error.message
    rows = await refusals.write(refusedFile, content, journal.outcomes, 'known')
  }
  journal.close()
  return summary({
    ...(sending.dryRun && { dry_run: true as const }),
    ...(rows > 0 && { refused_file: refusedFile }),
    ...(stopped !== undefined && { stopped })
  })
}

async function send (sending: FileSending, journal: Journal, refusals: Refusals): Promise<void> {
  const { content, rowOptions: { strict }, report, dryRun, file } = sending
  const left = content.pieces.filter(({ number }) => !journal.outcomes.has(number))
  const isSplit = content.pieces.length > 1
  report.begin(file, content.rows, content.rows - left.reduce((sum, { rows }) => sum + rows, 0))
  try {
    // All of a file or nothing: the service promises that of a request, so all requests are tried before any counts.
    if (strict && isSplit && !dryRun && journal.outcomes.size === 0) await tryAll(sending, journal, refusals)
    await sendPieces(sending, left, dryRun ? undefined : journal.head.run, (piece, receipt) => {
      take(sending, refusals, piece, receipt)
      const outcome = outcomeOf(piece, receipt, strict)
      if (!strict || receipt.rejected === 0) journal.note(outcome)
      else journal.outcomes.set(piece.number, outcome)
      report.sent(piece.rows, receipt.rejected)
      if (strict && !dryRun && receipt.rejected > 0) {
        throw new Failure(
          'Rows were refused, so nothing of their batch was stored (--strict), and nothing after it was sent.'
        )
      }
    })
  } finally {
    report.end()
  }
}

async function tryAll (sending: FileSending, journal: Journal, refusals: Refusals): Promise<void> {
  await sendPieces(sending, sending.content.pieces, undefined, (piece, receipt) => {
    if (receipt.rejected === 0) return
    take(sending, refusals, piece, receipt)
    journal.outcomes.set(piece.number, outcomeOf(piece, receipt, true))
  })
  if (journal.outcomes.size > 0) throw new Failure('Rows were refused, so nothing was sent (--strict).')
}

function take ({ content, report }: FileSending, refusals: Refusals, piece: Piece, receipt: Receipt): void {
  refusals.note(piece, receipt)
  for (const warning of receipt.warnings ?? []) {
    report.warn({ ...warning, detail: sentenceInFile(content, piece, warning.detail) })
  }
}

function outcomeOf (piece: Piece, receipt: Receipt, strict: boolean): Outcome {
  const counts = countsOf(receipt)
  // Of a strict batch the service counts all rows as refused; those that have no fault are to be sent again.
  if (strict && receipt.rejected > 0) counts.rejected = new Set(receipt.errors.map(({ index }) => index)).size
  return { batch: piece.number, receipt: receipt.receipt, ...counts }
}

function journalOf (sending: FileSending): Journal {
  const { content: { sha256, pieces }, rowOptions: options, url, sender, again, dryRun, journalFile } = sending
  const identity: Identity = { sha256, url, sender, options }
  const start = { run: again ? randomUUID() : '', batches: pieces.length }
  if (dryRun || journalFile === undefined) return Journal.begin(undefined, identity, start)
  return (again ? undefined : Journal.find(journalFile, identity)) ?? Journal.begin(journalFile, identity, start)
}

function refuseSplitPeriod ({ rowOptions: { replacePeriod }, content: { pieces, rows }, file }: FileSending): void {
  if (replacePeriod === undefined || pieces.length <= 1) return
  throw new BadFile(
    `${file} has ${rows} rows and does not fit into one request, and a period is replaced by one alone: replace ` +
      'shorter periods, each with a file of its own of at most 10,000 rows and 8 MiB.'
  )
}
