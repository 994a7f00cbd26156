import { POPULATION_YEAR } from '../../domain/kpi/population.ts'
import type { Area, Authority, Channel, Directory, Service } from '../../catalogue/directory.ts'

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
  const { id: _id, evidence: _evidence, ...wire } = service
  return wire
}

export function channelToWire (channel: Channel) {
  const { id: _id, ...wire } = channel
  return wire
}

export function areaToWire (area: Area, authority: Authority) {
  const { code, provisional_code, kind, slug, name, valid_from, valid_to, note } = area
  return { code, provisional_code, kind, slug, name, authority: authority.slug, valid_from, valid_to, note }
}
