import type pg from 'pg'
import type { Directory } from '../../catalogue/directory.ts'
import { rounded, type DisclosureLevel } from '../../domain/disclosure/index.ts'
import type { Range } from '../../domain/period.ts'
import { readPlans, viewOf, type AreaPlans, type Breakdown } from './plans.ts'

/** What figures are asked for, as far as disclosure control cares. */
export interface DisclosureAsk {
  serviceId: number
  type: number
  authorityIds: readonly number[]
  /** The finest area that figures are grouped or filtered by. */
  level: DisclosureLevel
  breakdown: Breakdown
  /** All the days asked for. */
  range: Range
  /** Today as a local day. */
  today: number
  /** Whether the asker may see everything of an authority: the operator, or a token with `unsuppressed` of its own. */
  seesAll: (authorityId: number) => boolean
}

/** The areas whose counts make up a figure. Left out: all of the authority, all streets of the ward. */
export interface Areas { wards?: readonly number[], streets?: readonly number[] }

export interface Disclosure {
  /** Whether a figure may be published: every count that it is the sum of may. A rate may where both its figures may. */
  isPublished: (authorityId: number, areas: Areas, range: Range) => boolean
  /** The value as it may be published, rounded if the rule says so. */
  shown: (authorityId: number, value: number) => number
  /**
   * Ward and street (0 where the level is ward) of everything that is hidden somewhere in `range`. A list by area must
   * show these even where there is nothing: a row left out would say 0.
   */
  hiddenAreas: (authorityId: number, range: Range) => Array<{ ward: number, street: number }>
}

/** Reads what is needed to decide on any figure of the ask. No SQL runs where nothing is ever hidden. */
export async function openDisclosure (pool: pg.Pool, directory: Directory, ask: DisclosureAsk): Promise<Disclosure> {
  const { serviceId, type, level, breakdown, range, today } = ask
  const plans = new Map<number, AreaPlans[]>()
  for (const authorityId of ask.authorityIds) {
    if (ask.seesAll(authorityId)) continue
    const found = await readPlans({ pool, directory, today, level, key: { authorityId, serviceId, type } }, range)
    if (found.length > 0) plans.set(authorityId, found)
  }
  const view = viewOf(level, breakdown)
  return {
    isPublished: (authorityId, areas, range) => (plans.get(authorityId) ?? []).every((plan) => {
      const part = overlap(plan.window, range)
      return part === undefined || isPublishedIn(plan, areas, part, view)
    }),
    shown: (authorityId, value) => ask.seesAll(authorityId) ? value : rounded(value, directory.disclosureRule(authorityId, serviceId, level)),
    hiddenAreas: (authorityId, range) => (plans.get(authorityId) ?? []).flatMap((plan) => {
      const part = overlap(plan.window, range)
      return part === undefined ? [] : hiddenIn(plan, part, view)
    })
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

function overlap (window: Range, range: Range): Range | undefined {
  const part = { start: Math.max(window.start, range.start), end: Math.min(window.end, range.end) }
  return part.start < part.end ? part : undefined
}
