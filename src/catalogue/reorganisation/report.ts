import type { Plan } from './plan.ts'
import { slugsOf, type Begun } from './scene.ts'

/** What a reorganisation does, in names; as it is answered and kept. */
export type Report = ReturnType<typeof reportOf>

export function reportOf ({ scene, wards, sources, provision, groups, covers, rules, administrators }: Plan) {
  const { rows, register, ended, begun, dayBefore, onText, warnings } = scene
  const services = new Map(rows.services.map(({ id, slug }) => [id, slug]))
  const nameOf = (key: string | null): string | null =>
    key === null
      ? null
      : begun.find(({ row }) => row.key === key)?.row.slug ?? register.byKey(key)?.slug ?? key
  const providerOf = (provider: { id: number } | Begun | undefined): string | null =>
    provider === undefined ? null : 'row' in provider ? provider.row.slug : register.slugOf(provider.id)
  return {
    ended: [...ended.values()].map(({ row: { slug, gss, name }, successors }) => ({
      authority: slug, gss, name, last_day: dayBefore, successors: slugsOf(successors)
    })),
    begun: begun.map(({ row, predecessors }) => ({
      authority: row.slug,
      gss: row.gss,
      name: row.name,
      short_name: row.short_name,
      type: row.type,
      tier: row.tier,
      nation: row.nation,
      region: row.region,
      population: row.population,
      parent: nameOf(row.parent_gss),
      combined_authority: nameOf(row.combined_authority_gss),
      aliases: row.aliases,
      first_day: onText,
      predecessors: slugsOf(predecessors)
    })),
    wards: {
      carried: wards.filter(({ to }) => to !== undefined).length,
      ended: wards.filter(({ to }) => to === undefined).length,
      list: wards.map(({ area: { code, name }, from, to }) => ({
        code, name, from: from.row.slug, to: to?.row.slug ?? null
      }))
    },
    sources: sources.map(({ source, address, to, own, ends }) => ({
      source: address,
      to: slugsOf(to),
      ends,
      tokens: own ? rows.tokens.filter((token) => token.source_id === source.id).length : 0
    })),
    provision: provision.map(({ to, service, delivers, provider }) => ({
      authority: to.row.slug, service: service.slug, delivers, provider: providerOf(provider)
    })),
    comparator_groups: groups.map(({ slug, added }) => ({ group: slug, added: slugsOf(added) })),
    covers: covers.map(({ body, added }) => ({ authority: body.slug, added: slugsOf(added) })),
    disclosure_rules: rules.map(({ to, serviceId, level, threshold, finest, delayDays, roundTo }) => ({
      authority: to.row.slug,
      service: serviceId === null ? 'all' : services.get(serviceId) ?? '',
      level,
      threshold,
      finest,
      delay_days: delayDays,
      round_to: roundTo
    })),
    administrators: administrators.map(({ tokenId, added }) => ({ token: tokenId, added: slugsOf(added) })),
    warnings
  }
}
