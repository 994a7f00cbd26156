import { POPULATION_YEAR } from '../../domain/kpi/population.ts'
import { orNull, words, type Line, type Report } from './files.ts'
import type { At, ShippedAuthority } from './shipped.ts'

const POPULATION = `population_${POPULATION_YEAR}`

/** The authorities, with the superseded codes that either file knows. */
export function shippedAuthorities (lines: Line[], aliases: Line[], report: Report): Array<At<ShippedAuthority>> {
  const former = Map.groupBy(aliases, ({ cells }) => cells['current_gss'] ?? '')
  const slugs = new Map(lines.map(({ cells }) => [cells['gss'], cells['slug']]))
  for (const { at, cells: { old_gss: old, current_gss: current = '', slug } } of aliases) {
    if (slugs.get(current) !== slug) {
      report(at, `${old} leads to ${current}, which is not ${slug}; name an authority of authorities.csv and its slug`)
    }
  }
  return lines.map(({ at, cells }) => {
    const gss = orNull(cells['gss'])
    const old = gss === null ? [] : (former.get(gss) ?? []).map((alias) => alias.cells['old_gss'] ?? '')
    const row: ShippedAuthority = {
      key: gss ?? cells['slug'] ?? '',
      slug: cells['slug'] ?? '',
      gss,
      name: cells['name'] ?? '',
      short_name: cells['short_name'] ?? '',
      type: cells['type'] ?? '',
      tier: orNull(cells['gov_uk_tier']),
      parent_gss: orNull(cells['parent_gss']),
      combined_authority_gss: orNull(cells['combined_authority_gss']),
      nation: cells['nation'] ?? '',
      region: orNull(cells['region']),
      population: cells[POPULATION] === '' ? null : Number(cells[POPULATION]),
      valid_from: orNull(cells['valid_from']),
      valid_to: orNull(cells['valid_to']),
      replaced_by: words(cells['replaced_by']),
      former_gss: [...new Set([...words(cells['former_gss']), ...old])],
      covers: words(cells['covers']),
      aliases: words(cells['aliases']),
      attribution: cells['source'] ?? ''
    }
    return { at, row }
  })
}

/** The authorities by code, superseded codes included. */
export function byCode (authorities: ReadonlyArray<At<ShippedAuthority>>): Map<string, ShippedAuthority> {
  const found = new Map<string, ShippedAuthority>()
  for (const { row } of authorities) for (const code of row.former_gss) found.set(code, row)
  for (const { row } of authorities) if (row.gss !== null) found.set(row.gss, row)
  return found
}
