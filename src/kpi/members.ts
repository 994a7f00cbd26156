import { existsIn } from '../catalogue/breaks.ts'
import { APART } from '../catalogue/merging.ts'
import type { Gate } from '../disclosure/gate.ts'
import { wholeRange } from '../domain/period.ts'
import { checkCount } from '../domain/cost.ts'
import { Slices } from '../domain/slices.ts'
import type { KpiPlan } from './plan.ts'
import { eventTermsOf } from './question.ts'
import type { Tallier } from './tally.ts'

/** Values worked out for one answer, each an object of some hundred bytes; of streets only those with the most show. */
const MOST_VALUES = 100_000

/**
 * The channels, wards or streets of each authority, the same in every period, so that series are aligned. Where
 * authorities are added up, the same channels in all: who reported others had none of a channel. Throws `ProblemError`
 * for too many.
 */
export async function membersOf (
  gate: Gate, { directory, question, toRead }: KpiPlan, tallier: Tallier
): Promise<Map<number, number[]>> {
  const { split, periods, authorities, byAuthority, merging = APART, wards, earlier = 0 } = question
  if (split === 'none') return new Map()
  const asked = wholeRange(periods.slice(earlier))
  const members = new Map<number, Set<number>>(authorities.map(({ id }) => [id, new Set()]))
  const slices = new Slices()
  for (const period of toRead) {
    if (slices.over) await slices.pause()
    if (gate.withholds(period.authority.id, period.range)) continue // its members would tell what there is
    const terms = period.version === undefined ? [] : eventTermsOf(period.version)
    const own = members.get(period.authority.id)
    for (const member of tallier.members(period, terms, split)) own?.add(member)
  }
  if (split === 'ward') {
    for (const authority of authorities) {
      for (const area of directory.areasOf(authority)) {
        if (existsIn(directory, area.id, asked)) members.get(authority.id)?.add(area.id)
      }
    }
  }
  if (split === 'channel') {
    // Authorities of one group have the same channels.
    for (const [id, own] of members) {
      const others = byAuthority === false ? [...members.keys()] : merging.groupsOf(id).flatMap(merging.membersOf)
      for (const member of others.flatMap((other) => [...members.get(other) ?? []])) own.add(member)
    }
  }
  const values = periods.length * [...members.values()].reduce((sum, { size }) => sum + size, 0)
  checkCount(values, MOST_VALUES, 'values', 'name a ward, fewer authorities or fewer periods')
  const wanted = (id: number): boolean =>
    split !== 'ward' || (
      (wards === undefined || wards.some((ward) => id === ward.id)) &&
      (earlier === 0 || existsIn(directory, id, asked))
    )
  return new Map([...members].map(([id, own]) => [id, [...own].filter(wanted).sort((a, b) => a - b)]))
}
