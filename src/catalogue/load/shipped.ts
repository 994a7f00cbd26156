import type { Selectable } from 'kysely'
import type { AreaTable, AuthorityTable, ChannelTable, Provenance, ServiceTable } from '../../postgres/tables.ts'

type Fields<T> = Omit<Selectable<T>, 'id' | keyof Provenance>

/** Rows as the shipped files say them. `key` is the GSS code, or the slug of a body that has none. */
export type ShippedAuthority = Fields<AuthorityTable>
export type ShippedService = Fields<ServiceTable>
export type ShippedChannel = Fields<ChannelTable>
/** `authority` is the key of one. */
export type ShippedArea = Omit<Fields<AreaTable>, 'authority_id'> & { authority: string }
/** `authority` and `provider` are keys of authorities, `service` is a slug. */
export interface ShippedProvision {
  authority: string
  service: string
  delivers: 'yes' | 'no' | 'via-other-body'
  provider: string | null
  basis: string
}

/** A row, and where it stands: `authorities.csv:12`. */
export interface At<T> { at: string, row: T }

export interface Shipped {
  authorities: Array<At<ShippedAuthority>>
  services: Array<At<ShippedService>>
  channels: Array<At<ShippedChannel>>
  areas: Array<At<ShippedArea>>
  provision: Array<At<ShippedProvision>>
}
