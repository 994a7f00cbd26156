import type pg from 'pg'
import type { Directory } from '../../catalogue/directory.ts'
import { disclosureWindows } from '../../domain/disclosure/index.ts'
import type { Range } from '../../domain/period.ts'
import type { Moments } from '../../store/moment.ts'
import type { AreaPlans } from './plan-areas.ts'
import { readPlans, type PlanAsk } from './plans.ts'

interface Kept { moment: string, directory: Directory, today: number, plans: Promise<AreaPlans | undefined> }

const MOST_KEPT = 4000 // a plan is some ten kilobytes

/**
 * Plans, made once for each state of the database: they are kept while nothing commits anywhere and the catalogue, with
 * the rules in it, stays as it is.
 */
export class PlanBook {
  readonly #pool: pg.Pool
  readonly #moments: Moments
  readonly #kept = new Map<string, Kept>()

  constructor (pool: pg.Pool, moments: Moments) {
    this.#pool = pool
    this.#moments = moments
  }

  /** The plans of each authority for every financial year that `range` touches. */
  async plans (ask: Omit<PlanAsk, 'window'>, authorityIds: readonly number[], range: Range): Promise<Map<number, AreaPlans[]>> {
    const moment = await this.#moments.take()
    const years = disclosureWindows(range).map((window) => this.#year({ ...ask, window }, authorityIds, moment))
    const plans = new Map<number, AreaPlans[]>()
    for (const id of authorityIds) {
      const found = await Promise.all(years.map(async (year) => await year.get(id)))
      plans.set(id, found.filter((plan) => plan !== undefined))
    }
    return plans
  }

  #year (ask: PlanAsk, authorityIds: readonly number[], moment: string): Map<number, Promise<AreaPlans | undefined>> {
    const { directory, today } = ask
    const keyOf = (id: number) => `${id} ${ask.serviceId} ${ask.type} ${ask.level} ${ask.window.start}`
    const holds = (kept: Kept | undefined) => kept?.moment === moment && kept.directory === directory && kept.today === today
    const lacking = authorityIds.filter((id) => !holds(this.#kept.get(keyOf(id))))
    if (lacking.length > 0) {
      const read = readPlans(this.#pool, ask, lacking)
      for (const id of lacking) this.#keep(keyOf(id), { moment, directory, today, plans: read.then((plans) => plans.get(id)) })
    }
    return new Map(authorityIds.map((id) => {
      const kept = this.#kept.get(keyOf(id))
      if (kept === undefined) throw new RangeError('more plans at once than are kept') // without its plan everything would be shown
      return [id, kept.plans]
    }))
  }

  #keep (key: string, kept: Kept): void {
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    kept.plans.catch(() => { if (this.#kept.get(key) === kept) this.#kept.delete(key) })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break
      this.#kept.delete(oldest)
    }
  }
}
