import type pg from 'pg'
import { financialYears, type DisclosureLevel } from '../domain/disclosure/index.ts'
import { overlaps, type DateRange } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import { readExtent, readStates } from '../rollups/index.ts'
import type { Cache } from '../cache/cache.ts'
import type { AreaPlans, Plans } from './area-plans.ts'
import { bytesOf } from './plan-areas.ts'
import { readPlans, type PlanAsk } from './plans.ts'

type Client = pg.Pool | pg.ClientBase

/** Years that are planned at once; for so few it is not worth asking first whether there are events in them. */
const FEW_YEARS = 3
/** The most plans for one answer, each of a year of an authority: all stay in memory, some 60 megabytes. */
const MOST_PLANS: Record<DisclosureLevel, number> = { authority: 4000, ward: 4000, street: 400 }

/**
 * Makes each plan once for each state of its data and each catalogue, which holds the rules. The plan of one year of a
 * service takes some 15 kilobytes by ward, 200 by street.
 */
export class PlanCache implements Plans {
  readonly #cache: Cache

  constructor (cache: Cache) {
    this.#cache = cache
  }

  /**
   * The plans of each authority for every financial year that `range` touches, as of the state that `client` sees: one
   * snapshot.
   */
  async plans (
    client: Client, ask: Omit<PlanAsk, 'year'>, authorityIds: readonly number[], range: DateRange
  ): Promise<Map<number, AreaPlans[]>> {
    const states = await readStates(
      client, authorityIds.map((id) => ({ authorityIds: [id], serviceId: ask.serviceId }))
    )
    const stateOf = new Map(authorityIds.map((id, i) => [id, states[i] ?? '']))
    const plans = new Map<number, AreaPlans[]>(authorityIds.map((id) => [id, []]))
    const years = await yearsToPlan(client, ask, authorityIds, range)
    for (let first = 0; first < years.length; first += FEW_YEARS) {
      const found = await Promise.all(years.slice(first, first + FEW_YEARS).map(async (year) =>
        await this.#plansOfYear(client, { ...ask, year }, stateOf)
      ))
      for (const [id, plan] of found.flat()) plans.get(id)?.push(plan)
    }
    return plans
  }

  async #plansOfYear (
    client: Client, ask: PlanAsk, stateOf: ReadonlyMap<number, string>
  ): Promise<Array<[number, AreaPlans]>> {
    const { directory: catalogue, serviceId, type, level, year, today } = ask
    const lacking: number[] = []
    // Read only once `lacking` is complete: one statement then reads for all authorities.
    const read = Promise.resolve().then(async () => await readPlans(client, ask, lacking))
    return await Promise.all([...stateOf].map(async ([id, state]): Promise<[number, AreaPlans]> => {
      const key = `plan ${id} ${serviceId} ${type} ${level} ${year.start} ${today}`
      const compute = async () => {
        lacking.push(id)
        return planOf(await read, id)
      }
      return [id, await this.#cache.get(key, { catalogue, state }, compute, bytesOf)]
    }))
  }
}

function planOf (plans: ReadonlyMap<number, AreaPlans>, authorityId: number): AreaPlans {
  const plan = plans.get(authorityId)
  if (plan === undefined) throw new Error(`no plan was made for authority ${authorityId}`)
  return plan
}

/**
 * The years to plan: those in which the authorities have events, since nothing else can be suppressed. Throws
 * `ProblemError` for more than `MOST_PLANS`.
 */
async function yearsToPlan (
  client: Client, ask: Omit<PlanAsk, 'year'>, authorityIds: readonly number[], range: DateRange
): Promise<DateRange[]> {
  const all = financialYears(range)
  const reported = all.length <= FEW_YEARS ? range : await readExtent(client, { ...ask, authorityIds })
  const years = reported === undefined ? [] : all.filter((year) => overlaps(year, reported))
  const most = MOST_PLANS[ask.level]
  if (years.length * authorityIds.length > most) {
    throw new ProblemError(
      'invalid-request',
      `That is ${years.length} years of ${authorityIds.length} authorities by ${ask.level}; ask for at most ` +
        `${most} of both together.`
    )
  }
  return years
}
