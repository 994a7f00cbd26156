import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { writeDurably } from '../../embedded-postgres/durable.ts'

/** What a journal is of: with anything else the file has not been sent. No secret stands in it. */
export interface Identity {
  sha256: string
  url: string
  /** Tells senders apart without giving a token away: 32 bits of a digest of 256 that nobody can guess. */
  sender: string
  options: object
}

/** What a receipt counts. */
export interface Counts {
  received: number
  stored: number
  duplicates: number
  revised: number
  rejected: number
  /** Rows passed over, since what is stored is newer. */
  older?: number
  /** Events of the period that were in no row. */
  voided?: number
}

/** What became of a batch. */
export interface Outcome extends Counts { batch: number, receipt: string | null }

interface Head extends Identity { journal: 1, begun: string, run: string, batches: number }
interface Finish { finished: string }
type Line = Head | Outcome | Finish

const NEWLINE = 10

/**
 * What was sent of a file, kept beside it: one line a batch, on the disk before the next is told of. A line that a kill
 * cut in half is as if it had not been: its batch is sent again under the same key, and the service knows it.
 */
export class Journal {
  readonly file: string | undefined
  readonly head: Head
  readonly outcomes: Map<number, Outcome>
  finished: string | undefined
  #opened: number | undefined

  private constructor (
    file: string | undefined, head: Head, outcomes: Map<number, Outcome>, finished: string | undefined
  ) {
    this.file = file
    this.head = head
    this.outcomes = outcomes
    this.finished = finished
  }

  /** The one that is there, if it is of this file, sent there in this way. */
  static find (file: string, identity: Identity): Journal | undefined {
    if (!existsSync(file)) return undefined
    const bytes = readFileSync(file)
    const whole = bytes.lastIndexOf(NEWLINE) + 1
    const [head, ...lines] = linesOf(bytes.subarray(0, whole))
    if (head === undefined || !('journal' in head) || !isSame(head, identity)) return undefined
    if (whole < bytes.length) truncateSync(file, whole)
    const outcomes = lines.filter((line): line is Outcome => 'batch' in line)
    const finish = lines.find((line): line is Finish => 'finished' in line)
    return new Journal(file, head, new Map(outcomes.map((one) => [one.batch, one])), finish?.finished)
  }

  /** Begins one, in the place of whatever was there; without a file it is kept in memory alone. */
  static begin (
    file: string | undefined, identity: Identity, start: { run: string, batches: number }
  ): Journal {
    const head: Head = { journal: 1, begun: new Date().toISOString(), ...identity, ...start }
    if (file !== undefined) writeDurably(file, textOf(head), 0o600)
    return new Journal(file, head, new Map(), undefined)
  }

  note (outcome: Outcome): void {
    this.#append(outcome)
    this.outcomes.set(outcome.batch, outcome)
  }

  finish (): void {
    this.finished = new Date().toISOString()
    this.#append({ finished: this.finished })
    this.close()
  }

  close (): void {
    if (this.#opened !== undefined) closeSync(this.#opened)
    this.#opened = undefined
  }

  #append (line: Line): void {
    if (this.file === undefined) return
    this.#opened ??= openSync(this.file, 'a')
    writeSync(this.#opened, textOf(line))
    fsyncSync(this.#opened)
  }
}

const textOf = (line: Line): string => `${JSON.stringify(line)}\n`

// A journal that anything else has written over is none.
function linesOf (bytes: Buffer): Line[] {
  try {
    return bytes.toString('utf8').split('\n').filter((text) => text !== '').map((text) => JSON.parse(text) as Line)
  } catch {
    return []
  }
}

const isSame = (head: Head, { sha256, url, sender, options }: Identity): boolean =>
  head.sha256 === sha256 && head.url === url && head.sender === sender &&
    JSON.stringify(head.options) === JSON.stringify(options)
