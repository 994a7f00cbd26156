import type { DisclosureLevel, DisclosureRule } from '../domain/disclosure/rule.ts'
import { deliversByTier, type Delivers } from '../domain/provision.ts'
import { parseDay } from '../domain/calendar.ts'
import type { CatalogueRows } from './store/catalogue.ts'
import { AttributeDirectory } from './attribute-directory.ts'
import { DisclosureRules } from './disclosure-rules.ts'
import { KpiDirectory } from './kpi-directory.ts'
import { isUnknown, unknownName, type Unknown } from './suggest.ts'

/** `from` and `to`: its first and last day, infinite where open. */
export type Authority = CatalogueRows['authorities'][number] & { from: number, to: number }
export type Service = CatalogueRows['services'][number]
export type Channel = CatalogueRows['channels'][number]
export type Area = CatalogueRows['areas'][number] & { from: number, to: number }
export type Source = CatalogueRows['sources'][number] & { authority: Authority }
export type Token = CatalogueRows['tokens'][number]
export type DataSet = CatalogueRows['dataSets'][number]
export interface Provision { delivers: Delivers, provider: Authority | undefined, basis: string }

export { isUnknown, type Unknown }

/** The reserved channel and ward of what was not recorded. */
export const UNKNOWN = 'unknown'

/**
 * The catalogue as one immutable value in memory, with every way to look a name up: no request asks the database what
 * an authority is. A change makes a new one (see live.ts).
 */
export class Directory {
  /** Those in force today. */
  readonly authorities: Authority[]
  readonly services: Service[]
  readonly channels: Channel[]
  readonly sources: Source[]
  readonly authorityById: Map<number, Authority>
  readonly serviceById: Map<number, Service>
  readonly channelById: Map<number, Channel>
  readonly areaById: Map<number, Area>
  readonly sourceById: Map<number, Source>
  readonly tokenByHash: Map<string, Token>
  readonly dataSets: DataSet[]
  readonly kpis: KpiDirectory
  readonly attributes: AttributeDirectory
  readonly disclosureRules: DisclosureRules
  /** The local day that it is about. */
  readonly today: number
  readonly #authorityByName = new Map<string, Authority>()
  readonly #abolished = new Map<string, Authority>()
  readonly #serviceBySlug: Map<string, Service>
  readonly #channelBySlug: Map<string, Channel>
  readonly #dataSetByPath: Map<string, DataSet>
  readonly #dataSetByName: Map<string, DataSet>
  readonly #dataSetTokens: Map<number | null, Token[]>
  readonly #areasOf: Map<number, Area[]>
  readonly #overrides: Map<number, Map<number, Provision>>

  /** `today` as a local day: a council that is to end is there until its last day. */
  constructor (rows: CatalogueRows, today: number) {
    this.today = today
    // A row that was removed keeps its name by id, for what is stored of it, and is found by nothing else.
    const authorities = rows.authorities.map((row) => ({
      ...row, from: dayOr(row.valid_from, -Infinity), to: dayOr(row.valid_to, Infinity)
    }))
    this.authorities = authorities.filter((one) => isThere(one) && one.from <= today && today <= one.to)
    this.services = rows.services.filter(isThere)
    this.channels = rows.channels.filter(isThere)
    this.authorityById = byId(authorities)
    this.serviceById = byId(rows.services)
    this.channelById = byId(rows.channels)
    this.#serviceBySlug = new Map(this.services.map((service) => [service.slug, service]))
    this.#channelBySlug = new Map(this.channels.map((channel) => [channel.slug, channel]))
    this.#nameAuthorities(authorities.filter(isThere))
    this.kpis = new KpiDirectory(rows.kpis)
    this.attributes = new AttributeDirectory(rows.attributes)
    this.disclosureRules = new DisclosureRules(rows.disclosureRules)
    const areas = rows.areas.map((area) => ({
      ...area, from: dayOr(area.valid_from, -Infinity), to: dayOr(area.valid_to, Infinity)
    }))
    this.areaById = byId(areas)
    this.#areasOf = Map.groupBy(areas.filter(isThere), (area) => area.authority_id)
    this.#overrides = new Map()
    for (const row of rows.provision.filter(isThere)) {
      const provision = {
        delivers: row.delivers, provider: this.authorityById.get(row.provider_id ?? 0), basis: row.basis
      }
      const ofAuthority = this.#overrides.get(row.authority_id) ?? new Map<number, Provision>()
      this.#overrides.set(row.authority_id, ofAuthority.set(row.service_id, provision))
    }
    this.sources = rows.sources.flatMap((source) => {
      const authority = this.authorityById.get(source.authority_id)
      return authority === undefined ? [] : [{ ...source, authority }]
    })
    this.sourceById = byId(this.sources)
    const tokens = rows.tokens.filter((token) => token.role !== 'data-set')
    this.tokenByHash = new Map(tokens.map((token) => [token.hash.toString('hex'), token]))
    this.dataSets = rows.dataSets
    this.#dataSetByPath = new Map(rows.dataSets.map((set) => [`${set.data_group}/${set.data_type}`, set]))
    this.#dataSetByName = new Map(rows.dataSets.map((set) => [set.name, set]))
    this.#dataSetTokens = Map.groupBy(rows.tokens, (token) => token.data_set_id)
  }

  /** By slug, GSS code or old GSS code; an abolished council with one successor is that successor. */
  authority (name: string): Authority | Unknown {
    const found = this.#authorityByName.get(name) ?? this.#authorityByName.get(name.toLowerCase()) ??
      this.#authorityByName.get(name.toUpperCase())
    if (found !== undefined) return found
    const successors = this.#abolished.get(name)?.replaced_by.map((gss) => this.#authorityByName.get(gss)?.slug ?? gss)
    return unknownName(name, () => this.#authorityByName.keys(), successors)
  }

  service (slug: string): Service | Unknown {
    return this.#serviceBySlug.get(slug) ?? unknownName(slug, () => this.#serviceBySlug.keys())
  }

  channel (slug: string): Channel | Unknown {
    return this.#channelBySlug.get(slug) ?? unknownName(slug, () => this.#channelBySlug.keys())
  }

  areasOf (authority: Authority): Area[] {
    return this.#areasOf.get(authority.id) ?? []
  }

  /** A ward of the authority by code, slug or name, valid on `day` (any day, if left out). */
  ward (authority: Authority, name: string, day?: number): Area | Unknown {
    const wanted = name.toLowerCase()
    const wards = this.areasOf(authority).filter((area) => day === undefined || (area.from <= day && day <= area.to))
    const found = wards.find(({ code, slug, name }) =>
      code.toLowerCase() === wanted || slug === wanted || name.toLowerCase() === wanted
    )
    return found ?? unknownName(name, () => wards.flatMap(({ code, slug }) => [code, slug]))
  }

  provision (authority: Authority, service: Service): Provision {
    return this.#overrides.get(authority.id)?.get(service.id) ??
      {
        delivers: deliversByTier(service.providing_tier, authority.tier),
        provider: undefined,
        basis: 'providing tier of the service'
      }
  }

  /** The rule in force; 0 stands for every authority or service. */
  disclosureRule (authorityId: number, serviceId: number, level: DisclosureLevel): DisclosureRule {
    return this.disclosureRules.inForce(authorityId, serviceId, level)
  }

  source (authority: Authority, name: string): Source | undefined {
    return this.sources.find((source) => source.authority_id === authority.id && source.name === name)
  }

  dataSet (group: string, type: string): DataSet | undefined {
    return this.#dataSetByPath.get(`${group}/${type}`)
  }

  /** By its old name, with which no group goes. */
  dataSetNamed (name: string): DataSet | undefined {
    return this.#dataSetByName.get(name)
  }

  tokensOfDataSet (set: DataSet): Token[] {
    return this.#dataSetTokens.get(set.id) ?? []
  }

  #nameAuthorities (all: Authority[]): void {
    for (const authority of this.authorities) {
      for (const name of [authority.slug, authority.gss, ...authority.former_gss]) {
        if (name !== null) this.#authorityByName.set(name, authority)
      }
    }
    for (const old of all.filter((one) => !this.authorities.includes(one))) {
      const [successor, ...others] = old.replaced_by
      const single = successor !== undefined && others.length === 0 ? this.#authorityByName.get(successor) : undefined
      for (const name of [old.slug, old.gss]) {
        if (name === null || this.#authorityByName.has(name)) continue
        if (single === undefined) this.#abolished.set(name, old)
        else this.#authorityByName.set(name, single)
      }
    }
  }
}

const isThere = ({ removed_at }: { removed_at: Date | null }): boolean => removed_at === null

function byId<T extends { id: number }> (rows: T[]): Map<number, T> {
  return new Map(rows.map((row) => [row.id, row]))
}

function dayOr (date: string | null, open: number): number {
  return date === null ? open : parseDay(date) ?? open
}
