import { LRUCache } from 'lru-cache'
import type pg from 'pg'
import type { Directory } from '../../catalogue/directory.ts'
import { disclosureWindows } from '../../domain/disclosure/index.ts'
import type { Range } from '../../domain/period.ts'
import type { SeriesVersions } from '../../store/series-versions.ts'
import { bytesOf, type AreaPlans } from './plan-areas.ts'
import { readPlans, type PlanAsk } from './plans.ts'

interface Kept { version: string, directory: Directory, today: number, plans: Promise<AreaPlans | undefined> }

/** A year of a service takes some 15 kilobytes by ward, 200 by street. */
const MOST_BYTES = 32 * 1024 * 1024

/**
 * Plans, made once for each state of what they decide on: they are kept while nothing is committed of the authority and
 * service, and the catalogue, with the rules in it, stays as it is.
 */
export class PlanBook {
  readonly #pool: pg.Pool
  readonly #versions: SeriesVersions
  readonly #kept = new LRUCache<string, Kept>({ maxSize: MOST_BYTES })

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
    const found = new Map<number, Promise<AreaPlans | undefined>>()
    for (const [id, version] of versions) {
      const kept = this.#kept.get(keyOf(id))
      if (kept?.version === version && kept.directory === directory && kept.today === today) found.set(id, kept.plans)
    }
    const lacking = [...versions.keys()].filter((id) => !found.has(id))
    if (lacking.length === 0) return found
    const read = readPlans(this.#pool, ask, lacking)
    for (const id of lacking) {
      const plans = read.then((plans) => plans.get(id))
      found.set(id, plans)
      this.#keep(keyOf(id), { version: versions.get(id) ?? '', directory, today, plans })
    }
    return found
  }

  #keep (key: string, kept: Kept): void {
    this.#kept.set(key, kept, { size: 1 }) // until it is known
    kept.plans.then((plans) => {
      if (this.#kept.peek(key) === kept) this.#kept.set(key, kept, { size: plans === undefined ? 1 : bytesOf(plans) })
    }, () => {
      if (this.#kept.peek(key) === kept) this.#kept.delete(key)
    })
  }
}
