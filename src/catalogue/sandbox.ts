import type { CatalogueRows } from './store/catalogue.ts'
import type { KpiCatalogueRows } from './store/kpis.ts'

/** The scope of a source's token whose rows are kept apart from what counts. */
export const SANDBOX = 'sandbox'

/** An id as the sandbox has it. 0 and null, which stand for everybody or nobody, stay. */
const shadow = (id: number): number => 0 - id
const shadowed = <T extends { authority_id: number | null }>(rows: readonly T[]): T[] =>
  rows.map((row) => row.authority_id === null ? row : { ...row, authority_id: shadow(row.authority_id) })

/**
 * The same catalogue with other authorities and sources of the same names, whose ids are negative: what is sent to them
 * is stored, rolled up and read by the same code, and nothing that answers the public knows such an id.
 */
export function sandboxRows (rows: CatalogueRows): CatalogueRows {
  return {
    ...rows,
    authorities: rows.authorities.map((row) => ({ ...row, id: shadow(row.id) })),
    areas: shadowed(rows.areas),
    provision: shadowed(rows.provision).map((row) => ({
      ...row, provider_id: row.provider_id === null ? null : shadow(row.provider_id)
    })),
    sources: shadowed(rows.sources).map((row) => ({
      ...row,
      id: shadow(row.id),
      provider_for: row.provider_for.map(shadow),
      takes_over: row.takes_over.map(shadow),
      carried_to: row.carried_to.map(shadow)
    })),
    tokens: [],
    disclosureRules: shadowed(rows.disclosureRules),
    dataSets: [],
    publicationRules: shadowed(rows.publicationRules),
    kpis: shadowedKpis(rows.kpis)
  }
}

function shadowedKpis (kpis: KpiCatalogueRows): KpiCatalogueRows {
  const { model, rows } = kpis.neighbours
  return {
    ...kpis,
    authoritative: shadowed(kpis.authoritative),
    channelClasses: shadowed(kpis.channelClasses),
    unitCosts: shadowed(kpis.unitCosts),
    groups: kpis.groups.map((group) => ({ ...group, authorities: group.authorities.map(shadow) })),
    targets: shadowed(kpis.targets),
    neighbours: {
      model,
      rows: shadowed(rows).map((row) => ({ ...row, neighbours: row.neighbours.map(shadow) }))
    }
  }
}
