import { hash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import { changeCatalogue, type CatalogueChange } from '../catalogue/catalogue-change.ts'
import type { Source } from '../catalogue/directory.ts'
import { actorOf } from '../catalogue/principal.ts'
import { nameOfSource } from '../catalogue/sources.ts'
import { ProblemError } from '../errors.ts'
import { within } from '../postgres/scoped.ts'
import { erase, type Erasing } from './erase.ts'
import {
  countErasable, insertErasure, readErasure, readErasures, readUnfinishedErasures, type Erasure
} from './store/erasures.ts'

/** What is asked: some ids, or a period, both days inclusive. */
export interface ErasureInput {
  ids?: string[]
  start_on?: string
  end_on?: string
  reason: string
  may_be_sent_again?: boolean
}

/** For so long a request waits for its erasure; a longer one goes on without it. */
const WAIT_MS = 8000

/** Erasures of this process: ordered by requests, and gone on with where another process left them. */
export class Erasures {
  readonly #erasing: Erasing
  readonly #onError: (error: unknown) => void
  readonly #running = new Map<number, Promise<void>>()
  readonly #stopping = new AbortController()

  constructor (erasing: Omit<Erasing, 'signal'>, onError: (error: unknown) => void) {
    this.#erasing = { ...erasing, signal: this.#stopping.signal }
    this.#onError = onError
  }

  get #pool (): pg.Pool {
    return this.#erasing.pool
  }

  /** What it would take; nothing is changed. Throws `ProblemError` as `order` does. */
  async preview (source: Source, input: ErasureInput): Promise<{ events: number, versions: number }> {
    const scope = { authorityIds: [source.authority_id] }
    return await countErasable(within(this.#pool, scope), { ...place(source), ...asked(input) })
  }

  /**
   * Orders an erasure, with its line in the audit trail, and does it: a large one goes on after this returns, here or
   * in another process. Throws `ProblemError` (invalid-period-range, invalid-request).
   */
  async order (change: CatalogueChange, source: Source, input: ErasureInput): Promise<Erasure> {
    const what = asked(input)
    const subject = nameOfSource(source)
    const { ids, startOn, endOn, reason, mayBeSentAgain } = what
    const detail = {
      ...(ids === null
        ? { start_on: startOn, end_on: endOn }
        : { ids: ids.length, ids_sha256: hash('sha256', ids.toSorted().join('\n')) }),
      reason,
      may_be_sent_again: mayBeSentAgain
    }
    const entry = { action: 'erase-events', subject, detail, authorityId: source.authority_id }
    const id = await changeCatalogue(change, entry, async (trx, askedAt) =>
      await insertErasure(trx, { ...place(source), ...what, askedBy: actorOf(change.principal), askedAt }))
    await Promise.race([this.#run(id), wait(WAIT_MS, undefined, { ref: false })])
    const order = await readErasure(this.#pool, id)
    if (order === undefined) throw new Error(`erasure ${id} is gone`)
    return order
  }

  /** Those of a source, the newest first. */
  async list (source: Source, page: { before: number | undefined, limit: number }): Promise<Erasure[]> {
    return await readErasures(within(this.#pool, { authorityIds: [source.authority_id] }), source.id, page)
  }

  /** Goes on with what was left unfinished, by anybody. */
  async goOn (): Promise<void> {
    for (const id of await readUnfinishedErasures(this.#pool)) await this.#run(id)
  }

  async close (): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#running.values())
  }

  async #run (id: number): Promise<void> {
    const running = this.#running.get(id) ?? erase(this.#erasing, id).catch(this.#onError).finally(() => {
      this.#running.delete(id)
    })
    this.#running.set(id, running)
    await running
  }
}

const place = ({ id, authority_id: ownerId }: Source) => ({ sourceId: id, ownerId })

function asked (
  { ids, start_on: startOn, end_on: endOn, reason, may_be_sent_again: mayBeSentAgain = false }: ErasureInput
) {
  if ((ids === undefined) === (startOn === undefined && endOn === undefined)) {
    throw new ProblemError('invalid-request', 'Send either ids, or start_on and end_on.')
  }
  if (ids !== undefined) return { ids: [...new Set(ids)], startOn: null, endOn: null, reason, mayBeSentAgain }
  if (startOn === undefined || endOn === undefined || startOn > endOn) {
    throw new ProblemError('invalid-period-range', 'Send start_on and end_on, both inclusive, in their order.')
  }
  return { ids: null, startOn, endOn, reason, mayBeSentAgain }
}
