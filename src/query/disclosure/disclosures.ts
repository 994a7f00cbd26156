import type { Directory } from '../../catalogue/directory.ts'
import { overlap, rounded, type DisclosureLevel, type DisclosureRule } from '../../domain/disclosure/index.ts'
import type { Range } from '../../domain/period.ts'
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
  /** Whether a figure may be published: every count that it is the sum of may. A rate may where both its figures may. */
  isPublished: (authorityId: number, areas: Areas, range: Range, breakdown: Breakdown) => boolean
  /** A count as it may be published, rounded if the rule says so. */
  shown: (authorityId: number, value: number) => number
  /**
   * Ward and street (0 where the level is ward) of everything that is hidden somewhere in `range`. A list by area must
   * show these even where there is nothing: a row left out would say 0.
   */
  hiddenAreas: (authorityId: number, range: Range, breakdown: Breakdown) => Array<{ ward: number, street: number }>
}

const ABOVE: Record<DisclosureLevel, readonly DisclosureLevel[]> = { authority: ['authority'], ward: ['authority', 'ward'], street: ['authority', 'ward', 'street'] }

/** Whether anything of the authority may be hidden from the reader at a level; where not, no SQL runs. */
export function mayHide (directory: Directory, { seesAll }: Pick<Reader, 'seesAll'>, authorityId: number, serviceId: number, level: DisclosureLevel): boolean {
  return !seesAll(authorityId) && ABOVE[level].some((one) => directory.disclosureRule(authorityId, serviceId, one).threshold !== null)
}

/** Whether the reader gets every figure of the authority down to a level as it is: none hidden, none rounded. */
export function publishesAsIs (directory: Directory, reader: Pick<Reader, 'seesAll'>, authorityId: number, serviceId: number, level: DisclosureLevel): boolean {
  return reader.seesAll(authorityId) ||
    (!mayHide(directory, reader, authorityId, serviceId, level) && directory.disclosureRule(authorityId, serviceId, level).roundTo === null)
}

/** Reads what is needed to decide on any figure of the ask. */
export async function openDisclosure ({ plans: book, seesAll }: Reader, directory: Directory, ask: DisclosureAsk): Promise<Disclosure> {
  const { serviceId, type, level, range, today } = ask
  const concerned = ask.authorityIds.filter((id) => mayHide(directory, { seesAll }, id, serviceId, level))
  const plans = concerned.length === 0 ? new Map<number, AreaPlans[]>() : await book.plans({ directory, today, level, serviceId, type }, concerned, range)
  const parts = (authorityId: number, range: Range) => (plans.get(authorityId) ?? []).flatMap((plan) => {
    const part = overlap(plan.window, range)
    return part === undefined ? [] : [{ plan, part }]
  })
  // One authority's many values are looked at one after the other.
  let [last, rule] = [NaN, undefined as DisclosureRule | undefined]
  const rounding = (authorityId: number): DisclosureRule | undefined => {
    if (authorityId !== last) [last, rule] = [authorityId, seesAll(authorityId) ? undefined : directory.disclosureRule(authorityId, serviceId, level)]
    return rule
  }
  return {
    isPublished: (authorityId, areas, range, breakdown) => plans.size === 0 ||
      parts(authorityId, range).every(({ plan, part }) => isPublishedIn(plan, areas, part, viewOf(level, breakdown))),
    shown: (authorityId, value) => {
      const rule = rounding(authorityId)
      return rule === undefined ? value : rounded(value, rule)
    },
    hiddenAreas: (authorityId, range, breakdown) => parts(authorityId, range).flatMap(({ plan, part }) => hiddenIn(plan, part, viewOf(level, breakdown)))
  }
}

function isPublishedIn ({ authority, wards, streets }: AreaPlans, areas: Areas, range: Range, view: number): boolean {
  if (streets !== undefined) {
    const concerned = areas.wards === undefined ? [...streets.values()] : areas.wards.flatMap((ward) => streets.get(ward) ?? [])
    return concerned.every((plan) => (areas.streets ?? []).every((street) => plan.isPublished(street, range, view)))
  }
  if (wards !== undefined) return (areas.wards ?? []).every((ward) => wards.isPublished(ward, range, view))
  return authority?.isPublished(0, range, view) ?? true
}

function hiddenIn ({ wards, streets }: AreaPlans, range: Range, view: number): Array<{ ward: number, street: number }> {
  if (streets !== undefined) return [...streets].flatMap(([ward, plan]) => plan.hiddenUnits(range, view).map((street) => ({ ward, street })))
  return (wards?.hiddenUnits(range, view) ?? []).map((ward) => ({ ward, street: 0 }))
}
