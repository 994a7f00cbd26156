import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { disclosureWindows, type DisclosureLevel } from '../domain/disclosure/index.ts'
import { overlaps, type DateRange } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import { readExtent, readStates } from '../rollups/index.ts'
import { KeptPromises } from '../cache/kept-promises.ts'
import type { AreaPlans, Plans } from './area-plans.ts'
import { bytesOf } from './plan-areas.ts'
import { readPlans, type PlanAsk } from './plans.ts'

type Client = pg.Pool | pg.ClientBase

interface Kept { version: string, directory: Directory, today: number, plans: Promise<AreaPlans | undefined> }

/** Years that are planned at once, and without asking whether there is anything in them. */
const FEW_YEARS = 3
/** Years of an authority at once, all held until the answer is made: some 60 megabytes. */
const MOST_PLANS: Record<DisclosureLevel, number> = { authority: 4000, ward: 4000, street: 400 }
/** A year of a service takes some 15 kilobytes by ward, 200 by street. */
const MOST_BYTES = 32 * 1024 * 1024

/**
 * Plans, made once for each state of what they decide on: they are kept while nothing is committed of the authority and
 * service, and the catalogue, with the rules in it, stays as it is.
 */
export class PlanBook implements Plans {
  readonly #kept = new KeptPromises<Kept>({ maxSize: MOST_BYTES })

  /**
   * The plans of each authority for every financial year that `range` touches, as of the state that `client` sees: one
   * snapshot.
   */
  async plans (
    client: Client, ask: Omit<PlanAsk, 'window'>, authorityIds: readonly number[], range: DateRange
  ): Promise<Map<number, AreaPlans[]>> {
    const states = await readStates(
      client, authorityIds.map((id) => ({ authorityIds: [id], serviceId: ask.serviceId }))
    )
    const versions = new Map(authorityIds.map((id, i) => [id, states[i] ?? '']))
    const plans = new Map<number, AreaPlans[]>(authorityIds.map((id) => [id, []]))
    const windows = await this.#windows(client, ask, authorityIds, range)
    for (let first = 0; first < windows.length; first += FEW_YEARS) {
      const years = windows.slice(first, first + FEW_YEARS).map((window) =>
        this.#year(client, { ...ask, window }, versions)
      )
      for (const id of authorityIds) {
        const found = await Promise.all(years.map(async (year) => await year.get(id)))
        plans.get(id)?.push(...found.filter((plan) => plan !== undefined))
      }
    }
    return plans
  }

  /**
   * The years to plan. Where none of the authorities has anything, nothing can be hidden. Throws `ProblemError` where
   * that is too much at once.
   */
  async #windows (
    client: Client, ask: Omit<PlanAsk, 'window'>, authorityIds: readonly number[], range: DateRange
  ): Promise<DateRange[]> {
    const all = disclosureWindows(range)
    const years = all.length <= FEW_YEARS ? range : await readExtent(client, { ...ask, authorityIds })
    const windows = years === undefined ? [] : all.filter((window) => overlaps(window, years))
    const most = MOST_PLANS[ask.level]
    if (windows.length * authorityIds.length > most) {
      throw new ProblemError(
        'invalid-request',
        `That is ${windows.length} years of ${authorityIds.length} authorities by ${ask.level}; ask for at most ` +
          `${most} of both together.`
      )
    }
    return windows
  }

  #year (
    client: Client, ask: PlanAsk, versions: ReadonlyMap<number, string>
  ): Map<number, Promise<AreaPlans | undefined>> {
    const { directory, today } = ask
    const keyOf = (id: number) => `${id} ${ask.serviceId} ${ask.type} ${ask.level} ${ask.window.start}`
    const found = new Map<number, Promise<AreaPlans | undefined>>()
    for (const [id, version] of versions) {
      const kept = this.#kept.get(keyOf(id))
      if (kept?.version === version && kept.directory === directory && kept.today === today) found.set(id, kept.plans)
    }
    const lacking = [...versions.keys()].filter((id) => !found.has(id))
    if (lacking.length === 0) return found
    const read = readPlans(client, ask, lacking)
    for (const id of lacking) {
      const plans = read.then((plans) => plans.get(id))
      found.set(id, plans)
      this.#kept.keep(
        keyOf(id),
        { version: versions.get(id) ?? '', directory, today, plans },
        plans,
        (plans) => plans === undefined ? 1 : bytesOf(plans)
      )
    }
    return found
  }
}
