import { isOurs, localOf, planRows, type Plan, type Stored } from './plan.ts'
import type {
  Shipped, ShippedArea, ShippedAuthority, ShippedChannel, ShippedProvision, ShippedService
} from './shipped.ts'

/** The rows of the catalogue that files are shipped of, as the database has them. */
export interface StoredCatalogue {
  authorities: Array<Stored<ShippedAuthority>>
  services: Array<Stored<ShippedService>>
  channels: Array<Stored<ShippedChannel>>
  areas: Array<Stored<ShippedArea>>
  provision: Array<Stored<ShippedProvision>>
}

export interface CataloguePlan {
  /** Bodies whose code changed: the key that the database has, and the one it is to have. */
  recoded: Array<{ from: string, to: string }>
  authorities: Plan<ShippedAuthority>
  services: Plan<ShippedService>
  channels: Plan<ShippedChannel>
  areas: Plan<ShippedArea>
  provision: Plan<ShippedProvision>
}

/**
 * What loading the shipped rows changes. A row that is local or removed is never touched, and nothing is added beside a
 * local one that has its name at the same time. What is no longer shipped stays, but for provision, which would go on
 * overruling the tiers.
 */
export function planLoad (shipped: Shipped, stored: StoredCatalogue): CataloguePlan {
  const { recoded, localKeys } = recodedAuthorities(shipped, stored)
  const newKeys = new Map(recoded.map(({ from, to }) => [from, to]))
  const authorities = stored.authorities.map((row) => ({ ...row, key: newKeys.get(row.key) ?? row.key }))
  const areas = stored.areas.map((row) => withKeys(row, newKeys))
  return {
    recoded,
    authorities: planRows<ShippedAuthority>(
      shipped.authorities.map(({ row }) => row),
      authorities,
      ({ key }) => localKeys.get(key) ?? key,
      localOf<ShippedAuthority>(authorities, ({ slug }) => slug)
    ),
    services: planRows<ShippedService>(shipped.services.map(({ row }) => row), stored.services, ({ slug }) => slug),
    channels: planRows<ShippedChannel>(shipped.channels.map(({ row }) => row), stored.channels, ({ slug }) => slug),
    areas: planRows<ShippedArea>(
      shipped.areas.map(({ row }) => withKeys(row, localKeys)),
      areas,
      ({ code, authority }) => `${code} ${authority}`,
      localOf<ShippedArea>(areas, ({ authority, slug }) => `${authority} ${slug}`)
    ),
    provision: planProvision(
      shipped.provision.map(({ row }) => withProvider(withKeys(row, localKeys), localKeys)),
      stored.provision.map((row) => withProvider(withKeys(row, newKeys), newKeys))
    )
  }
}

/**
 * A body that the database has under a code that is superseded now: it gets the new code; one that somebody here
 * changed keeps its own, and what is shipped for the new code is for it.
 */
function recodedAuthorities (shipped: Shipped, stored: StoredCatalogue) {
  const known = new Map(stored.authorities.map((row) => [row.key, row]))
  const localKeys = new Map<string, string>()
  const recoded: CataloguePlan['recoded'] = []
  for (const { row: { key, former_gss: former } } of shipped.authorities) {
    const old = known.has(key) ? undefined : former.map((code) => known.get(code)).find((row) => row !== undefined)
    if (old === undefined) continue
    if (isOurs(old)) localKeys.set(key, old.key)
    else recoded.push({ from: old.key, to: key })
  }
  return { recoded, localKeys }
}

function planProvision (
  shipped: ShippedProvision[], stored: Array<Stored<ShippedProvision>>
): Plan<ShippedProvision> {
  const nameOf = ({ authority, service }: ShippedProvision): string => `${authority} ${service}`
  const names = new Set(shipped.map(nameOf))
  const gone = stored.filter((row) => !isOurs(row) && !names.has(nameOf(row)))
  return { ...planRows<ShippedProvision>(shipped, stored, nameOf), gone }
}

function withKeys<T extends { authority: string }> (row: T, keys: ReadonlyMap<string, string>): T {
  const key = keys.get(row.authority)
  return key === undefined ? row : { ...row, authority: key }
}

function withProvider<T extends { provider: string | null }> (row: T, keys: ReadonlyMap<string, string>): T {
  const key = keys.get(row.provider ?? '')
  return key === undefined ? row : { ...row, provider: key }
}
