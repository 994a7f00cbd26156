import type { Report } from './files.ts'
import type { At, ShippedAuthority } from './shipped.ts'
import { eachClash, SLUG, SLUG_RULE } from './spans.ts'

/** A slug, code or alias means one authority on each day. */
export function checkNames (authorities: ReadonlyArray<At<ShippedAuthority>>, report: Report): void {
  for (const { at, row: { slug } } of authorities) {
    if (!SLUG.test(slug)) report(at, `${slug} is no slug; ${SLUG_RULE}`)
  }
  eachClash(authorities, ({ slug }) => slug, ({ at, row }, earlier) => {
    report(at, `${row.slug} is also the slug of ${earlier.at} on some day; change one of them, or its dates`)
  })
  const byKey = new Map<string, At<ShippedAuthority>>()
  const owners = new Map<string, At<ShippedAuthority>>()
  for (const one of authorities) {
    const { at, row: { key, slug, gss } } = one
    const same = byKey.get(key)
    if (same !== undefined) report(at, `${key} stands at ${same.at} too; remove one of the lines`)
    byKey.set(key, one)
    for (const name of [slug, gss]) if (name !== null) owners.set(name.toLowerCase(), one)
  }
  const aliases = new Map<string, At<ShippedAuthority>>()
  for (const one of authorities) {
    const { at, row: { aliases: others, former_gss: former } } = one
    for (const alias of [...others, ...former]) {
      const name = alias.toLowerCase()
      const other = owners.get(name) ?? aliases.get(name)
      if (other !== undefined && other !== one) {
        report(at, `${alias} is a name of ${other.row.slug} (${other.at}) too; let it mean one of them`)
      }
      aliases.set(name, one)
    }
  }
}
