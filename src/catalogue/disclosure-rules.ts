import { DEFAULT_RULES, strictest, type DisclosureLevel, type DisclosureRule } from '../domain/disclosure/rule.ts'
import type { CatalogueRows } from './store/catalogue.ts'

type Row = CatalogueRows['disclosureRules'][number]
type Rules = ReadonlyMap<string, DisclosureRule>

/**
 * The disclosure rules that were set. Those of authorities' administrators stand beside the operator's, and the
 * stricter of each field holds: so none of them loosens, whatever the operator sets later.
 */
export class DisclosureRules {
  readonly rows: readonly Row[]
  readonly #operators: Rules
  readonly #administrators: Rules

  constructor (rows: readonly Row[]) {
    this.rows = rows
    const own = (row: Row): boolean => row.set_by === 'administrator'
    this.#operators = byAddress(rows.filter((row) => !own(row)))
    this.#administrators = byAddress(rows.filter(own))
  }

  /** The rule in force; 0 stands for every authority or service. */
  inForce (authorityId: number, serviceId: number, level: DisclosureLevel): DisclosureRule {
    const general = this.ofOperator(authorityId, serviceId, level)
    if (this.#administrators.size === 0) return general
    const own = nearest(this.#administrators, [authorityId], serviceId, level)
    return own === undefined ? general : strictest(general, own)
  }

  /**
   * What the operator says: of the authority and service, else of the authority, else of the service, else for all,
   * else the default.
   */
  ofOperator (authorityId: number, serviceId: number, level: DisclosureLevel): DisclosureRule {
    return nearest(this.#operators, [authorityId, null], serviceId, level) ?? DEFAULT_RULES[level]
  }
}

export function ruleOf ({ threshold, finest, delay_days, round_to }: Row): DisclosureRule {
  return { threshold, finest, delayDays: delay_days, roundTo: round_to }
}

function nearest (
  rules: Rules, authorities: ReadonlyArray<number | null>, serviceId: number, level: DisclosureLevel
): DisclosureRule | undefined {
  for (const authority of authorities) {
    for (const service of [serviceId, null]) {
      const rule = rules.get(keyOf(authority, service, level))
      if (rule !== undefined) return rule
    }
  }
  return undefined
}

const byAddress = (rows: readonly Row[]): Rules =>
  new Map(rows.map((row) => [keyOf(row.authority_id, row.service_id, row.level), ruleOf(row)]))

function keyOf (authorityId: number | null, serviceId: number | null, level: string): string {
  return `${authorityId ?? ''}/${serviceId ?? ''}/${level}`
}
