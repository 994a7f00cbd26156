import type { Directory } from '../catalogue/directory.ts'
import { rounded, type DisclosureLevel, type DisclosureRule } from '../domain/disclosure/index.ts'
import { overlap, type Range } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import { viewOf, type Breakdown } from './breakdown.ts'
import type { AreaPlans } from './plan-areas.ts'
import type { Reader } from './reader.ts'

/** What figures are asked for, as far as disclosure control cares. */
export interface DisclosureAsk {
  serviceId: number
  type: number
  authorityIds: readonly number[]
  /** The finest area that figures are grouped or filtered by. */
  level: DisclosureLevel
  /** All the days asked for. */
  range: Range
  /** Today as a local day. */
  today: number
}

/** The areas whose counts make up a figure. Left out: all of the authority, all streets of the ward. */
export interface Areas { wards?: readonly number[], streets?: readonly number[] }

export interface Disclosure {
  /**
   * Whether a figure may be published: every count that it is the sum of may. A rate may where both its figures may.
   */
  isPublished: (authorityId: number, areas: Areas, range: Range, breakdown: Breakdown) => boolean
  /** A count as it may be published, rounded if the rule says so. */
  shown: (authorityId: number, value: number) => number
  /**
   * Ward and street (0 where the level is ward) of everything that is hidden somewhere in `range`. A list by area must
   * show these even where there is nothing: a row left out would say 0.
   */
  hiddenAreas: (authorityId: number, range: Range, breakdown: Breakdown) => Array<{ ward: number, street: number }>
}

const ABOVE: Record<DisclosureLevel, readonly DisclosureLevel[]> = {
  authority: ['authority'], ward: ['authority', 'ward'], street: ['authority', 'ward', 'street']
}

/** Whether anything of the authority may be hidden from the reader at a level; where not, no SQL runs. */
export function mayHide (
  directory: Directory,
  { seesAll }: Pick<Reader, 'seesAll'>,
  authorityId: number,
  serviceId: number,
  level: DisclosureLevel
): boolean {
  return !seesAll(authorityId) &&
    ABOVE[level].some((one) => directory.disclosureRule(authorityId, serviceId, one).threshold !== null)
}

/** Whether the reader gets every figure of the authority down to a level as it is: none hidden, none rounded. */
export function publishesAsIs (
  directory: Directory, reader: Pick<Reader, 'seesAll'>, authorityId: number, serviceId: number, level: DisclosureLevel
): boolean {
  return reader.seesAll(authorityId) ||
    (!mayHide(directory, reader, authorityId, serviceId, level) &&
      directory.disclosureRule(authorityId, serviceId, level).roundTo === null)
}

/** Reads what is needed to decide on any figure of the ask; `atOneState` with the figures themselves. */
export async function openDisclosure (
  { client, plans: book, seesAll }: Reader, directory: Directory, ask: DisclosureAsk
): Promise<Disclosure> {
  const { serviceId, type, level, range, today } = ask
  const concerned = ask.authorityIds.filter((id) => mayHide(directory, { seesAll }, id, serviceId, level))
  const plans = concerned.length === 0
    ? new Map<number, AreaPlans[]>()
    : await book.plans(client, { directory, today, level, serviceId, type }, concerned, range)
  // Streets are asked about by the thousand, ranges one after the other: what of a plan concerns a range, and is hidden
  // in it, is looked for once.
  let [ofAuthority, ofRange, known] = [NaN, undefined as Range | undefined, [] as Part[]]
  const parts = (authorityId: number, range: Range): Part[] => {
    if (authorityId === ofAuthority && range === ofRange) return known
    const found = (plans.get(authorityId) ?? []).flatMap((plan) => {
      const part = overlap(plan.window, range)
      return part === undefined ? [] : [new Part(plan, part)]
    })
    ;[ofAuthority, ofRange, known] = [authorityId, range, found]
    return found
  }
  // One authority's many values are looked at one after the other.
  let [last, rule] = [NaN, undefined as DisclosureRule | undefined]
  const rounding = (authorityId: number): DisclosureRule | undefined => {
    if (authorityId !== last) {
      ;[last, rule] = [
        authorityId, seesAll(authorityId) ? undefined : directory.disclosureRule(authorityId, serviceId, level)
      ]
    }
    return rule
  }
  return {
    isPublished: (authorityId, areas, range, breakdown) =>
      plans.size === 0 ||
      parts(authorityId, range).every((part) => part.isPublished(areas, viewOf(level, breakdown))),
    shown: (authorityId, value) => {
      const rule = rounding(authorityId)
      return rule === undefined ? value : rounded(value, rule)
    },
    hiddenAreas: (authorityId, range, breakdown) =>
      parts(authorityId, range).flatMap((part) => part.hidden(viewOf(level, breakdown)).areas)
  }
}

interface Hidden { areas: Array<{ ward: number, street: number }>, streets: Set<number> }

/** What a plan says of the part of a range that lies in its window. */
class Part {
  readonly #plan: AreaPlans
  readonly #range: Range
  /** By view. Made when it is first asked for: there is a part for each day of a year. */
  #hidden: ((view: number) => Hidden) | undefined

  constructor (plan: AreaPlans, range: Range) {
    this.#plan = plan
    this.#range = range
  }

  isPublished ({ wards: askedWards, streets: asked = [] }: Areas, view: number): boolean {
    const { authority, wards, streets } = this.#plan
    if (streets !== undefined) {
      if (askedWards === undefined) return !asked.some((street) => this.hidden(view).streets.has(street))
      return askedWards.every((ward) =>
        asked.every((street) => streets.get(ward)?.isPublished(street, this.#range, view) ?? true)
      )
    }
    if (wards !== undefined) return (askedWards ?? []).every((ward) => wards.isPublished(ward, this.#range, view))
    return authority?.isPublished(0, this.#range, view) ?? true
  }

  hidden (view: number): Hidden {
    this.#hidden ??= remembered((view) => {
      const areas = this.#hiddenAreas(view)
      return { areas, streets: new Set(areas.map(({ street }) => street)) }
    })
    return this.#hidden(view)
  }

  #hiddenAreas (view: number): Hidden['areas'] {
    const { wards, streets } = this.#plan
    if (streets !== undefined) {
      return [...streets].flatMap(([ward, plan]) =>
        plan.hiddenUnits(this.#range, view).map((street) => ({ ward, street }))
      )
    }
    return (wards?.hiddenUnits(this.#range, view) ?? []).map((ward) => ({ ward, street: 0 }))
  }
}
