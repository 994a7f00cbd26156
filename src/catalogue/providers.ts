import type { Authority, Directory, Source } from './directory.ts'
import { statedProvision, type ProvisionRow } from './provision.ts'

/** A body that delivers services, or reports on them, for other authorities than itself. */
export interface Provider {
  body: Authority
  /** What it delivers for others, as provision says. */
  delivers: ProvisionRow[]
  /** Its systems that report on others. */
  reports: Source[]
}

const found = new WeakMap<Directory, Provider[]>()

export function providersIn (directory: Directory): Provider[] {
  const known = found.get(directory)
  if (known !== undefined) return known
  const providers = new Map<Authority, Provider>()
  const providerOf = (body: Authority): Provider => {
    const provider = providers.get(body) ?? { body, delivers: [], reports: [] }
    providers.set(body, provider)
    return provider
  }
  for (const row of statedProvision(directory)) {
    if (row.provider !== undefined) providerOf(row.provider).delivers.push(row)
  }
  for (const source of directory.sources) {
    if (source.provider_for.length > 0) providerOf(source.authority).reports.push(source)
  }
  found.set(directory, [...providers.values()])
  return [...providers.values()]
}

/** Whether it delivers or reports for an authority (any, if left out), of a service (any, if left out). */
export function providesFor (
  { delivers, reports }: Provider, authority: Authority | undefined, serviceId: number | undefined
): boolean {
  return delivers.some((row) =>
    (authority === undefined || row.authority === authority) &&
    (serviceId === undefined || row.service.id === serviceId)
  ) || reports.some((source) =>
    (authority === undefined || source.provider_for.includes(authority.id)) &&
    (serviceId === undefined || source.services.includes(serviceId))
  )
}
