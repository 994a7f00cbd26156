import {
  DEFAULT_RULES, DISCLOSURE_LEVELS, strictest, type DisclosureLevel, type DisclosureRule
} from '../../domain/disclosure/rule.ts'
import type { Begun, Scene } from './scene.ts'

export interface RuleMove extends DisclosureRule { to: Begun, serviceId: number | null, level: DisclosureLevel }

/**
 * A successor keeps back whatever any of its predecessors kept back: at each level where one has rules of its own, the
 * strictest of those in force for them, for all services and for each that has a rule.
 */
export function planRules ({ rows, begun }: Scene): RuleMove[] {
  const rules = new Map(rows.disclosureRules.map((row) => [
    keyOf(row.authority_id, row.service_id, row.level),
    { threshold: row.threshold, finest: row.finest, delayDays: row.delay_days, roundTo: row.round_to }
  ]))
  const inForce = (authority: number, service: number | null, level: DisclosureLevel): DisclosureRule =>
    rules.get(keyOf(authority, service, level)) ?? rules.get(keyOf(authority, null, level)) ??
      rules.get(keyOf(null, service, level)) ?? rules.get(keyOf(null, null, level)) ?? DEFAULT_RULES[level]
  return begun.flatMap((to) =>
    DISCLOSURE_LEVELS.flatMap((level) => {
      const old = to.predecessors.map(({ row }) => row.id)
      const ofLevel = rows.disclosureRules.filter((row) => row.level === level)
      if (!ofLevel.some(({ authority_id: id }) => id !== null && old.includes(id))) return []
      const services = new Set([
        null,
        ...ofLevel.filter(({ authority_id: id }) => id === null || old.includes(id)).map((row) => row.service_id)
      ])
      return [...services].map((serviceId) => ({
        to, serviceId, level, ...old.map((id) => inForce(id, serviceId, level)).reduce(strictest)
      }))
    })
  )
}

const keyOf = (authority: number | null, service: number | null, level: DisclosureLevel): string =>
  `${authority}/${service}/${level}`
