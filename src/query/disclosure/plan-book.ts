import type pg from 'pg'
import type { Directory } from '../../catalogue/directory.ts'
import { disclosureWindows } from '../../domain/disclosure/index.ts'
import type { Range } from '../../domain/period.ts'
import type { SeriesVersions } from '../../store/series-versions.ts'
import type { AreaPlans } from './plan-areas.ts'
import { readPlans, type PlanAsk } from './plans.ts'

interface Kept { version: string, directory: Directory, today: number, plans: Promise<AreaPlans | undefined> }

const MOST_KEPT = 4000 // a plan is some ten kilobytes

/**
 * Plans, made once for each state of what they decide on: they are kept while nothing is committed of the authority and
 * service, and the catalogue, with the rules in it, stays as it is.
 */
export class PlanBook {
  readonly #pool: pg.Pool
  readonly #versions: SeriesVersions
  readonly #kept = new Map<string, Kept>()

  constructor (pool: pg.Pool, versions: SeriesVersions) {
    this.#pool = pool
    this.#versions = versions
  }

  /** The plans of each authority for every financial year that `range` touches. */
  async plans (ask: Omit<PlanAsk, 'window'>, authorityIds: readonly number[], range: Range): Promise<Map<number, AreaPlans[]>> {
    const versions = new Map(await Promise.all(authorityIds.map(async (id) =>
      [id, await this.#versions.take({ authorityIds: [id], serviceId: ask.serviceId })] as const)))
    const years = disclosureWindows(range).map((window) => this.#year({ ...ask, window }, versions))
    const plans = new Map<number, AreaPlans[]>()
    for (const id of authorityIds) {
      const found = await Promise.all(years.map(async (year) => await year.get(id)))
      plans.set(id, found.filter((plan) => plan !== undefined))
    }
    return plans
  }

  #year (ask: PlanAsk, versions: ReadonlyMap<number, string>): Map<number, Promise<AreaPlans | undefined>> {
    const { directory, today } = ask
    const keyOf = (id: number) => `${id} ${ask.serviceId} ${ask.type} ${ask.level} ${ask.window.start}`
    const holds = (kept: Kept | undefined, version: string) => kept?.version === version && kept.directory === directory && kept.today === today
    const lacking = [...versions].filter(([id, version]) => !holds(this.#kept.get(keyOf(id)), version))
    if (lacking.length > 0) {
      const read = readPlans(this.#pool, ask, lacking.map(([id]) => id))
      for (const [id, version] of lacking) this.#keep(keyOf(id), { version, directory, today, plans: read.then((plans) => plans.get(id)) })
    }
    return new Map([...versions.keys()].map((id) => {
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
