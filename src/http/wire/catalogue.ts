import { POPULATION_YEAR } from '../../domain/kpi/population.ts'
import { isInForce } from '../../catalogue/authorities.ts'
import type { Area, Authority, Channel, Directory, Service } from '../../catalogue/directory.ts'

/** Catalogue rows in the form of the public JSON. */
export function authorityToWire (authority: Authority, directory: Directory) {
  const { slug, gss, name, short_name, type, tier, nation, region, population, valid_from, valid_to } = authority
  const parent = authority.parent_gss === null ? undefined : directory.authority(authority.parent_gss)
  const slugs = (some: readonly Authority[]): string[] => some.map(({ slug }) => slug)
  return {
    slug,
    gss,
    name,
    short_name,
    aliases: authority.aliases,
    type,
    tier,
    nation,
    region,
    population,
    population_year: population === null ? null : POPULATION_YEAR,
    combined_authority: authority.combined_authority_gss,
    parent: parent !== undefined && 'slug' in parent ? parent.slug : null,
    valid_from,
    valid_to,
    predecessors: slugs(directory.predecessorsOf(authority)),
    successors: slugs(directory.successorsOf(authority)),
    former_codes: authority.former_gss,
    covers: coveredBy(authority, directory),
    ...provenance(authority)
  }
}

/** Whom a body covers today, of those who end and of their successors; one that has ended, on its last day. */
function coveredBy ({ covers, to }: Authority, directory: Directory): string[] {
  const day = Math.min(directory.today, to)
  return covers.flatMap((key) => {
    const covered = directory.authority(key, day)
    return 'slug' in covered && isInForce(covered, day) ? [covered.slug] : []
  })
}

/** Where a row of the catalogue comes from, and when it was changed here. */
export const provenance = (
  { origin, changed_at: changed }: { origin: 'shipped' | 'local', changed_at: Date | null }
) => ({ origin, changed_at: changed?.toISOString() ?? null })

export function serviceToWire (service: Service) {
  const { id: _id, evidence: _evidence, ...wire } = service
  return wire
}

export function channelToWire (channel: Channel) {
  const { id: _id, ...wire } = channel
  return wire
}

export function areaToWire (area: Area, directory: Directory) {
  const { code, provisional_code, kind, slug, name, valid_from, valid_to, dates_basis, note } = area
  const authority = directory.authorityById.get(area.authority_id)?.slug ?? ''
  return {
    code, provisional_code, kind, slug, name, authority, valid_from, valid_to, dates_basis, note, ...provenance(area)
  }
}
