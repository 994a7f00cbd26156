import type pg from 'pg'
import type { RowError } from '../errors.ts'
import { nextRevision } from '../domain/revision.ts'
import type { CheckedRow } from '../intake/check-rows.ts'
import type { OneEach } from '../intake/one-each.ts'
import { inPieces, piecesOf } from '../intake/pieces.ts'
import type { Repeats } from '../intake/repeats.ts'
import { MOST_VERSIONS, tooManyVersions } from '../intake/versions.ts'
import { RollupChange } from '../rollups/index.ts'
import type { EventRow } from './columns.ts'
import { refuseRepeat } from './refuse-repeat.ts'
import { closedDayError, erasedError } from './refuse-unkept.ts'
import type { ReplacedEvents } from './replaced.ts'
import { compareEvents, type Comparison } from './store/compare.ts'
import { insertEvents } from './store/insert.ts'
import { lockEvents, reviseEvents, voidEvents, type LockedEvent } from './store/revise.ts'
import { byId } from './store/row.ts'
import type { Owner } from '../intake/owner.ts'
import { erasedOf, isClosed, type CutOffs } from './store/unkept.ts'
import { verdictOf, type Verdict } from './verdict.ts'

type Checked = CheckedRow<EventRow>

interface Writing { owner: Owner, cutOffs: CutOffs, receiptId: number, at: Date, repeats: Repeats }

/** Sorts rows out, writes them, and counts what became of them. */
export class EventWriter {
  readonly change = new RollupChange()
  readonly errors: RowError[] = []
  /** Events that were withdrawn since the batch replaces them. */
  readonly voided: LockedEvent[] = []
  stored = 0
  duplicates = 0
  revised = 0
  older = 0
  readonly #client: pg.ClientBase
  readonly #writing: Writing
  #newer: Checked[] = []

  constructor (client: pg.ClientBase, writing: Writing) {
    this.#client = client
    this.#writing = writing
  }

  /** Refuses rows of closed days and of erased events, whatever else there is to say of them; returns the others. */
  async kept (rows: Checked[]): Promise<Checked[]> {
    const { owner, cutOffs } = this.#writing
    const erased = await erasedOf(this.#client, owner, rows.map(({ row }) => row.id))
    return rows.filter(({ row, index }) => {
      const error = erased.has(row.id)
        ? erasedError(index, row.id)
        : isClosed(cutOffs, row) ? closedDayError(index, cutOffs.get(row.authorityId) ?? 0) : undefined
      if (error !== undefined) this.errors.push(error)
      return error === undefined
    })
  }

  /**
   * Sorts a batch by key and splits it so that no part names a key twice: the n-th revision of an id that a batch
   * brings is in the n-th part. Refuses those beyond `MOST_VERSIONS`.
   */
  distinctKeys (rows: Checked[]): Checked[][] {
    const sorted = rows.toSorted(byKey)
    const layers: Checked[][] = []
    let nth = 0
    for (const [i, one] of sorted.entries()) {
      const { row: { id }, index } = one
      nth = id === sorted[i - 1]?.row.id ? nth + 1 : 0
      if (nth >= MOST_VERSIONS) this.errors.push(tooManyVersions(index, '/id', id))
      else (layers[nth] ??= []).push(one)
    }
    return layers
  }

  /** Counts the rows that gave way to others of their batch; returns those. */
  settle ({ rows, duplicates, older, errors }: OneEach<EventRow>): Checked[] {
    this.duplicates += duplicates
    this.older += older
    this.errors.push(...errors)
    return rows
  }

  /** Writes rows of distinct keys, in key order, that were not stored a moment ago. */
  async insert (fresh: Checked[]): Promise<void> {
    if (fresh.length === 0) return
    const { owner, receiptId } = this.#writing
    const inserted = new Set(await inPieces(fresh, async (some) =>
      await insertEvents(this.#client, owner, some.map(({ row }) => row), receiptId)))
    this.stored += inserted.size
    for (const { row } of fresh) if (inserted.has(row.id)) this.change.add(row, 1)
    // Another writer may have been faster with the others. It has committed by now, so they are looked up once more.
    await this.insert(await this.sortOut(fresh.filter(({ row }) => !inserted.has(row.id))))
  }

  /** Returns the rows that are not stored and settles the others, but for newer versions: those wait for `revise`. */
  async sortOut (checked: Checked[]): Promise<Checked[]> {
    const fresh: Checked[] = []
    for (const { one, verdict, stored } of await this.#judge(checked)) {
      if (verdict === 'new') fresh.push(one)
      else if (verdict === 'newer') this.#newer.push(one)
      else this.#pass(one, verdict, stored)
    }
    return fresh
  }

  /**
   * Puts newer versions in the place of what is stored, and voids those of the events `others` that still belong to
   * what the batch replaces.
   */
  async revise (others: readonly string[] = [], replaced?: ReplacedEvents): Promise<void> {
    const newer = this.#newer.sort(byKey)
    this.#newer = []
    const ids = [...newer.map(({ row }) => row.id), ...others]
    if (ids.length === 0) return
    const { owner, receiptId, at, cutOffs } = this.#writing
    const locked = new Map((await inPieces(others.length === 0 ? ids : ids.sort(), async (some) =>
      await lockEvents(this.#client, owner, some))).map((event) => [event.id, event]))
    const revising: EventRow[] = []
    // Between comparing and locking somebody may have revised the row: what holds is what it is under the lock.
    for (const { one, verdict, stored } of await this.#judge(newer)) {
      const old = locked.get(one.row.id)
      if (verdict === 'duplicate' || verdict === 'older') this.#pass(one, verdict, stored)
      else if (old !== undefined && isClosed(cutOffs, old)) {
        this.errors.push(closedDayError(one.index, cutOffs.get(old.authorityId) ?? 0))
      } else if (verdict !== 'newer' || old === undefined) {
        this.#pass(one, verdict === 'conflict' ? 'conflict' : 'stale', stored)
      } else {
        if (!old.voided) this.change.add(old, -1)
        this.change.addCorrected(one.row)
        const revision = one.row.revision === 0 ? nextRevision(old.revision) : one.row.revision
        revising.push({ ...one.row, revision, lastOrdinal: old.ordinal })
      }
    }
    for (const some of piecesOf(revising)) await reviseEvents(this.#client, owner, some, receiptId, at)
    this.revised += revising.length
    if (replaced !== undefined) await this.#void(others.flatMap((id) => locked.get(id) ?? []), replaced)
  }

  async #void (events: readonly LockedEvent[], replaced: ReplacedEvents): Promise<void> {
    const { owner, at } = this.#writing
    for (const some of piecesOf(events.filter((event) => !event.voided && replaced.has(event)))) {
      await voidEvents(this.#client, owner, some.map(({ id }) => id), at)
      for (const event of some) this.change.add(event, -1)
      this.voided.push(...some)
    }
  }

  async #judge (checked: Checked[]): Promise<Array<{ one: Checked, verdict: Verdict, stored: Comparison }>> {
    const comparisons = await inPieces(checked, async (some) =>
      await compareEvents(this.#client, this.#writing.owner, some.map(({ row }) => row)))
    return checked.map((one, i) => {
      const stored = comparisons[i]
      if (stored === undefined) throw new RangeError(`no verdict on row ${i}`)
      return { one, verdict: verdictOf(one.row.revision, stored, this.#writing.repeats), stored }
    })
  }

  #pass ({ row, index }: Checked, verdict: Exclude<Verdict, 'new' | 'newer'>, { revision }: Comparison): void {
    if (verdict === 'duplicate') this.duplicates++
    else if (verdict === 'older') this.older++
    else this.errors.push(refuseRepeat(index, row.id, verdict, revision))
  }
}

function byKey ({ row: a }: Checked, { row: b }: Checked): number {
  return byId(a, b) || a.revision - b.revision
}
