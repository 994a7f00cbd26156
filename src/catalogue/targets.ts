import type { KpiVersion, Target } from '../domain/kpi/definition.ts'
import type { TargetRow } from './store/settings.ts'

const ALL = 0

/** The targets that were set for KPIs, beside those of their definitions. */
export class Targets {
  readonly all: readonly TargetRow[]
  readonly #byKpi: ReadonlyMap<string, ReadonlyMap<string, readonly TargetRow[]>>

  /** `rows` in the order of their days. */
  constructor (rows: readonly TargetRow[]) {
    this.all = rows
    this.#byKpi = new Map([...Map.groupBy(rows, ({ kpi }) => kpi)].map(([kpi, own]) => [
      kpi, Map.groupBy(own, (row) => placeOf(row.authority_id, row.service_id))
    ]))
  }

  /**
   * The target of a value of a KPI: the nearest setting in force on the first day of its period (YYYY-MM-DD), that is
   * of the authority and service, of the authority, of the service, of all; else the definition's own. `authorityId` 0:
   * of several authorities together.
   */
  inForce (
    version: KpiVersion | null | undefined, authorityId: number, serviceId: number, day: string
  ): Target | null {
    if (version == null) return null
    const places = this.#byKpi.get(version.kpi)
    if (places === undefined) return version.target
    for (const authority of authorityId === ALL ? [ALL] : [authorityId, ALL]) {
      for (const service of [serviceId, ALL]) {
        const row = places.get(placeOf(authority, service))?.findLast(({ from_on }) => from_on <= day)
        if (row !== undefined) return targetOf(row)
      }
    }
    return version.target
  }
}

export function targetOf ({ at_least, at_most }: Pick<TargetRow, 'at_least' | 'at_most'>): Target {
  return { ...(at_most !== null && { at_most }), ...(at_least !== null && { at_least }) }
}

const placeOf = (authorityId: number, serviceId: number): string => `${authorityId} ${serviceId}`
