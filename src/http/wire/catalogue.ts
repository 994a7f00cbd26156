import { POPULATION_YEAR } from '../../domain/kpi/population.ts'
import type { Area, Authority, Channel, Directory, Service } from '../../catalogue/directory.ts'

/** Where a row came from: shipped, or changed by somebody here. */
export function provenanceToWire (
  { origin, changed_at }: { origin: 'shipped' | 'local', changed_at: Date | null }
): { origin: 'shipped' | 'local', changed_at: string | null } {
  return { origin, changed_at: changed_at === null ? null : changed_at.toISOString() }
}

/** Catalogue rows in the form of the public JSON. */
export function authorityToWire (authority: Authority, directory: Directory) {
  const { slug, gss, name, short_name, type, tier, nation, region, population } = authority
  return {
    slug,
    gss,
    name,
    short_name,
    type,
    tier,
    nation,
    region,
    population,
    population_year: population === null ? null : POPULATION_YEAR,
    combined_authority: authority.combined_authority_gss,
    former_codes: authority.former_gss,
    covers: authority.covers.flatMap((gss) => {
      const covered = directory.authority(gss)
      return 'slug' in covered ? [covered.slug] : []
    })
  }
}

export function serviceToWire (service: Service) {
  const { id: _id, evidence: _evidence, removed_at: _removed, ...wire } = service
  return { ...wire, ...provenanceToWire(service) }
}

export function channelToWire (channel: Channel) {
  const { slug, label, digital_class, performance_platform_key, aliases, note, valid_to } = channel
  return {
    slug, label, digital_class, performance_platform_key, aliases, note, valid_to, ...provenanceToWire(channel)
  }
}

export function areaToWire (area: Area, directory: Directory) {
  const { code, provisional_code, kind, slug, name, valid_from, valid_to, dates_basis, note } = area
  const authority = directory.authorityById.get(area.authority_id)?.slug ?? ''
  return {
    code,
    provisional_code,
    kind,
    slug,
    name,
    authority,
    valid_from,
    valid_to,
    dates_basis,
    note,
    ...provenanceToWire(area)
  }
}
