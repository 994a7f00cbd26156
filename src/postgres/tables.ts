import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { DisclosureLevel, DisclosureRule } from '../domain/disclosure/rule.ts'
import type { Delivers } from '../domain/provision.ts'
import type { Audience } from '../domain/publication.ts'

/** The tables as Kysely sees them: snake_case, as in SQL. Days come and go as `YYYY-MM-DD`; see `database.ts`. */
export interface Tables {
  authority: AuthorityTable
  service: ServiceTable
  channel: ChannelTable
  area: AreaTable
  provision: ProvisionTable
  area_write: { id: GeneratedAlways<number> }
  catalogue_edition: { digest: string, loaded_at: Date }
  catalogue_state: { id: Generated<boolean>, changes: number }
  source: SourceTable
  token: TokenTable
  audit: AuditTable
  proposal: ProposalTable
  disclosure_rule: DisclosureRuleTable
  publication_rule: PublicationRuleTable
  data_set: DataSetTable
  dashboard: DashboardTable
  reorganisation: ReorganisationTable
  data_set_version: { data_set_id: number, version: number, kinds: Generated<Record<string, 1> | null> }
}

/** Where a row of the catalogue came from. A removed one stays, so that what is stored keeps its name. */
export interface Provenance {
  origin: Generated<'shipped' | 'local'>
  changed_at: Generated<Date | null>
  removed_at: Generated<Date | null>
}

export type AuthorityTable = {
  id: GeneratedAlways<number>
  key: string
  slug: string
  gss: string | null
  name: string
  short_name: string
  type: string
  tier: string | null
  combined_authority_gss: string | null
  nation: string
  region: string | null
  population: number | null
  valid_from: string | null
  valid_to: string | null
  replaced_by: string[]
  former_gss: string[]
  covers: string[]
  attribution: string
  parent_gss: string | null
  aliases: Generated<string[]>
} & Provenance

export type ServiceTable = {
  id: GeneratedAlways<number>
  slug: string
  title: string
  lgsl: number
  lgil: number | null
  lgsl_label: string
  lgil_label: string | null
  kind: string
  providing_tier: string | null
  core: boolean
  denominator: string | null
  uri: string
  evidence: string
  status: Generated<'live' | 'discontinued'>
  scope_note: Generated<string>
  valid_to: Generated<string | null>
} & Provenance

export type ChannelTable = {
  id: GeneratedAlways<number>
  slug: string
  label: string
  digital_class: string
  performance_platform_key: string | null
  aliases: string[]
  note: string
  valid_to: Generated<string | null>
} & Provenance

export type AreaTable = {
  id: GeneratedAlways<number>
  authority_id: number
  kind: Generated<string>
  code: string
  provisional_code: boolean
  slug: string
  name: string
  valid_from: string | null
  valid_to: string | null
  note: Generated<string>
  dates_basis: Generated<string>
} & Provenance

export type ProvisionTable = {
  authority_id: number
  service_id: number
  delivers: Delivers
  provider_id: number | null
  basis: string
} & Provenance

export interface SourceTable {
  id: GeneratedAlways<number>
  authority_id: number
  name: string
  services: number[]
  provider_for: number[]
  channels: ColumnType<Record<string, string>, string, string>
  takes_over: Generated<number[]>
  carried_to: Generated<number[]>
  created_at: Date
  updated_at: Date
  removed_at: Generated<Date | null>
}

export interface TokenTable {
  id: string
  hash: Buffer
  role: Generated<'operator' | 'administrator' | 'source' | 'reader' | 'data-set'>
  label: Generated<string>
  authorities: Generated<number[]>
  source_id: Generated<number | null>
  data_set_id: Generated<number | null>
  created_at: Date
  expires_at: Date | null
  scopes: Generated<string[]>
  revoked_at: Date | null
  last_used_at: Date | null
}

export interface AuditTable {
  id: number
  at: Date
  actor: string
  action: string
  subject: string
  detail: ColumnType<unknown, string, string>
  authority_id: number | null
  previous: Buffer
  hash: Buffer
}

export interface ProposalTable {
  id: GeneratedAlways<number>
  kind: 'kpi' | 'service' | 'measure'
  key: string
  body: ColumnType<unknown, string, string>
  note: string
  state: Generated<'proposed' | 'agreed' | 'refused' | 'withdrawn'>
  authority_id: number | null
  proposed_by: string
  proposed_at: Date
  decided_by: Generated<string | null>
  decided_at: Generated<Date | null>
  reason: Generated<string>
}

export interface DisclosureRuleTable {
  id: GeneratedAlways<number>
  authority_id: number | null
  service_id: number | null
  level: DisclosureLevel
  threshold: number | null
  finest: DisclosureRule['finest']
  delay_days: number
  round_to: number | null
  set_by: Generated<'operator' | 'administrator'>
  updated_at: Date
}

export interface PublicationRuleTable {
  authority_id: number
  service_id: number
  from_on: string
  to_on: string | null
  audience: Audience
  publish_at: Date | null
  updated_at: Date
}

export interface DataSetTable {
  id: GeneratedAlways<number>
  data_group: string
  data_type: string
  name: string
  published: boolean
  queryable: boolean
  raw_queries_allowed: boolean
  realtime: boolean
  auto_ids: string[]
  max_age_expected: number | null
  schema: ColumnType<Record<string, unknown> | null, string | null, string | null>
  dimensions: string[]
  measures: string[]
  labels: ColumnType<Record<string, string> | null, string | null, string | null>
  authority_id: number | null
  service_id: number | null
  mapping: ColumnType<DataSetMapping | null, string | null, string | null>
  audience: Generated<Audience>
  publish_at: Generated<Date | null>
  created_at: Date
  updated_at: Date
}

/** Which fields of a data set's records are the channel, the ward and the count, and their own names for values. */
export interface DataSetMapping {
  channel?: string
  ward?: string
  count?: string
  aliases?: Record<string, string>
}

export interface DashboardTable {
  slug: string
  authority_id: number | null
  body: ColumnType<Record<string, unknown>, string, string>
  published: boolean
  audience: Generated<Audience>
  publish_at: Generated<Date | null>
  created_at: Date
  updated_at: Date
}

export interface ReorganisationTable {
  id: string
  title: string
  on_day: string
  order_text: string | null
  body: ColumnType<unknown, string, never>
  report: ColumnType<unknown, string, never>
  undo: ColumnType<unknown, string, never>
  made_at: Date
  made_by: string
}
