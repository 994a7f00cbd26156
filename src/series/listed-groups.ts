import type { Gate } from '../disclosure/gate.ts'
import type { Dimension } from './sum-query.ts'
import { isArea, type SeriesPlan } from './plan.ts'

/**
 * The keys of the groups to list, given those that have sums. Where anything may be suppressed, list also every area
 * with anything suppressed, and each area with every channel and outcome that is in the authorities' own figures
 * (`breakdowns`) or, where councils send counts, in the answer: a row that is left out would say 0 and so uncover other
 * rows.
 */
export function listedGroups (
  gate: Gate, plan: SeriesPlan, keys: readonly string[], breakdowns: readonly string[]
): string[] {
  if (!plan.maySuppress || plan.gate.level === 'authority') return [...keys]
  const { groupBy } = plan.query
  const areasAlone = groupBy.every(isArea)
  const idsOf = (key: string, ofArea: boolean): string =>
    key.split(' ').filter((_, i) => groupBy[i] !== undefined && isArea(groupBy[i]) === ofArea).join(' ')
  const areas = new Set(areasAlone ? keys : keys.map((key) => idsOf(key, true)))
  // Without areas in the groups, all areas together are listed already.
  if (groupBy.some(isArea) || areas.size === 0) {
    for (const area of suppressedAreas(gate, plan)) areas.add(area)
  }
  if (areasAlone) return [...areas]
  const others = new Set([...breakdowns, ...keys.map((key) => idsOf(key, false))])
  return [...areas].flatMap((area) =>
    [...others].map((other) => {
      const [fromArea, fromRest] = [area.split(' ').values(), other.split(' ').values()]
      return groupBy.map((dimension) => (isArea(dimension) ? fromArea : fromRest).next().value ?? '').join(' ')
    })
  )
}

/** The keys of areas with anything suppressed in any period, without channel and outcome. */
function * suppressedAreas (gate: Gate, { query, sums, breakdown }: SeriesPlan): Generator<string> {
  const { authorities, groupBy, filters, periods } = query
  for (const { id: authority } of authorities) {
    for (const range of periods) {
      for (const { ward, street } of gate.suppressedAreas(sums.type, authority, range, breakdown)) {
        if (filters.ward?.includes(ward) === false || filters.street?.includes(street) === false) continue
        const ids: Partial<Record<Dimension, number>> = { authority, ward, street }
        yield groupBy.filter(isArea).map((dimension) => ids[dimension]).join(' ')
      }
    }
  }
}
