import pg from 'pg'
import type { Source } from '../catalogue/directory.ts'
import type { Append } from '../intake/accept-batch.ts'
import { receiptFromRow, type Receipt } from '../intake/receipt.ts'
import { drawReceiptIds } from '../intake/store/receipts.ts'
import type { Nodes } from '../postgres/cluster/nodes.ts'
import { waitingForDatabase } from '../telemetry/request-trace.ts'
import { appendEvents, encodeBatch, isFew, type EncodedBatch } from './append-events.ts'
import type { EventRow } from './columns.ts'
import { sourceOfErased } from './store/unkept.ts'

/**
 * Transactions of many rows at once. Two keep Postgres busy while one waits for the disk; more would only wait for each
 * other. Batches of a few rows have one transaction of their own at a time, so that a single event waits for no batch.
 */
const LANES = 2
/** Rows that are worth a transaction at once, and a second one beside it; fewer do better to wait and share one. */
const MANY_ROWS = 500
/** Rows after which a group takes no further batch: what a group costs in latency and memory stays bounded. */
const GROUP_ROWS = 4000

const RECEIPTS_DRAWN = 100
/** After that numbers are drawn anew: a restore may have set their sequence back. */
const DRAWN_FOR_MS = 10_000

interface Waiting {
  batch: EncodedBatch
  resolve: (receipt: Receipt | undefined) => void
  reject: (error: unknown) => void
}

/**
 * Stores batches of events that are all new, several in one transaction where they meet, and lie on one node of a
 * cluster: a group forms only while other transactions are on their way, so an idle service answers as fast as it can.
 * Each batch gets its receipt after the commit. If Postgres refuses a group (an event or an idempotency key is stored
 * already, or a value cannot be stored), nothing of it is kept and each batch gets undefined, to go through a
 * transaction of its own: so no batch fails another.
 */
export class CommitQueue {
  readonly #pool: pg.Pool
  readonly #nodes: Nodes
  readonly #relief: () => Promise<unknown> | undefined
  /** By node. */
  readonly #lines = new Map<number, { few: CommitLine, many: CommitLine }>()
  readonly #resenders = new Set<number>()
  /** Sources of which events were erased: each of their events is looked up, for good. */
  readonly #lookedUp = new Set<number>()
  #receiptIds: number[] = []
  #drawnAt = 0

  /** `relief` is what a transaction has to wait for before it begins, if anything. */
  constructor (pool: pg.Pool, nodes: Nodes, relief: () => Promise<unknown> | undefined) {
    this.#pool = pool
    this.#nodes = nodes
    this.#relief = relief
  }

  /** What makes bytes of a batch of that source and stores them; undefined where it needs a transaction of its own. */
  async append (source: Source): Promise<Append<EventRow> | undefined> {
    if (this.#resenders.has(source.id) || this.#lookedUp.has(source.id)) return undefined
    if (performance.now() - this.#drawnAt > DRAWN_FOR_MS) this.#receiptIds = []
    // Drawn before the batch is read: whoever reads waits for nothing.
    const receiptId = this.#receiptIds.pop() ?? await this.#drawReceiptId()
    return async (batch, slices) => {
      const encoded = await encodeBatch(batch, receiptId, slices)
      const { few, many } = this.#linesOf(this.#nodes.of(source.authority_id))
      return async () => await waitingForDatabase('commit', (isFew(encoded) ? few : many).enqueue(encoded))
    }
  }

  #linesOf (node: number): { few: CommitLine, many: CommitLine } {
    const known = this.#lines.get(node)
    if (known !== undefined) return known
    const lineOf = (lanes: number): CommitLine => new CommitLine({
      lanes,
      relief: this.#relief,
      commit: async (batches) => await appendEvents(this.#pool, this.#nodes, batches),
      onRefused: (error) => {
        const sourceId = sourceOfErased(error)
        if (sourceId !== undefined) this.#lookedUp.add(sourceId)
      }
    })
    const lines = { few: lineOf(1), many: lineOf(LANES) }
    this.#lines.set(node, lines)
    return lines
  }

  async #drawReceiptId (): Promise<number> {
    const [first = 0, ...others] = await drawReceiptIds(this.#pool, RECEIPTS_DRAWN)
    this.#receiptIds = [...others.reverse(), ...this.#receiptIds] // the lowest is taken first
    this.#drawnAt = performance.now()
    return first
  }

  /** A source that sent events again is likely to go on: its next batch is not tried with the new ones. */
  noteResent ({ id }: Source, resent: boolean): void {
    if (resent) this.#resenders.add(id)
    else this.#resenders.delete(id)
  }
}

interface Line {
  lanes: number
  relief: () => Promise<unknown> | undefined
  commit: (batches: readonly EncodedBatch[]) => Promise<void>
  onRefused: (error: unknown) => void
}

/** Batches that wait for so many transactions at once. */
class CommitLine {
  readonly #line: Line
  readonly #waiting: Waiting[] = []
  #running = 0
  #starting = false
  #rowsWaiting = 0

  constructor (line: Line) {
    this.#line = line
  }

  async enqueue (batch: EncodedBatch): Promise<Receipt | undefined> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject })
      this.#rowsWaiting += batch.count
      this.#startSoon()
    })
  }

  // Not before everything that has arrived is read: answers that go out together bring the next requests together.
  #startSoon (): void {
    if (this.#starting) return
    this.#starting = true
    let seen = 0
    const look = (): void => {
      const more = this.#waiting.length > seen && this.#rowsWaiting < MANY_ROWS
      seen = this.#waiting.length
      if (more) {
        setImmediate(look)
      } else {
        this.#starting = false
        this.#start()
      }
    }
    setImmediate(look)
  }

  #start (): void {
    const isFree = (): boolean =>
      this.#running === 0 || (this.#running < this.#line.lanes && this.#rowsWaiting >= MANY_ROWS)
    while (this.#waiting.length > 0 && isFree()) {
      this.#running++
      void this.#commit(this.#nextGroup()).finally(() => {
        this.#running--
        this.#startSoon()
      })
    }
  }

  #nextGroup (): Waiting[] {
    let [count, rows] = [0, 0]
    while (count < this.#waiting.length && (count === 0 || rows < GROUP_ROWS)) {
      rows += this.#waiting[count++]?.batch.count ?? 0
    }
    this.#rowsWaiting -= rows
    return this.#waiting.splice(0, count)
  }

  async #commit (group: Waiting[]): Promise<void> {
    try {
      await this.#line.relief()
      await this.#line.commit(group.map(({ batch }) => batch))
      for (const { batch, resolve } of group) resolve(receiptFromRow(batch.receipt))
    } catch (error) {
      this.#line.onRefused(error)
      for (const { resolve, reject } of group) {
        if (isRefused(error)) resolve(undefined)
        else reject(error)
      }
    }
  }
}

// Data exceptions and constraint violations; deadlocks and serialisation failures that came again and again.
const REFUSED = /^(?:22|23|40P01$|40001$)/

function isRefused (error: unknown): boolean {
  return error instanceof pg.DatabaseError && REFUSED.test(error.code ?? '')
}
