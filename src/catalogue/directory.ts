import type { DisclosureLevel, DisclosureRule } from '../domain/disclosure/rule.ts'
import { deliversByTier, type Delivers } from '../domain/provision.ts'
import { DAY_MS, parseDay } from '../domain/calendar.ts'
import { fold } from '../domain/fold.ts'
import type { DateRange } from '../domain/period.ts'
import type { CatalogueRows } from './store/catalogue.ts'
import { AttributeDirectory } from './attribute-directory.ts'
import { Authorities, livesIn, type Authority, type Meant } from './authorities.ts'
import { DisclosureRules } from './disclosure-rules.ts'
import { KpiDirectory } from './kpi-directory.ts'
import { PublicationDirectory } from './publication-directory.ts'
import { ambiguousName, isUnknown, unknownName, type Unknown } from './suggest.ts'
import { Wards, type Area } from './wards.ts'

export type Service = CatalogueRows['services'][number]
export type Channel = CatalogueRows['channels'][number]
export type Source = CatalogueRows['sources'][number] & { authority: Authority }
export type Token = CatalogueRows['tokens'][number]
export type DataSet = CatalogueRows['dataSets'][number]
export interface Provision {
  delivers: Delivers
  provider: Authority | undefined
  basis: string
  /** Who said so, and when; left out where it follows from the tier of the service. */
  stated?: Pick<CatalogueRows['provision'][number], 'origin' | 'changed_at'>
}

export { isUnknown, type Area, type Authority, type Unknown }

/** The reserved channel and ward of what was not recorded. */
export const UNKNOWN = 'unknown'

/**
 * The catalogue as one immutable value in memory, with every way to look a name up: no request asks the database what
 * an authority is. A change makes a new one (see live.ts).
 */
export class Directory {
  /** The local day that it is of. */
  readonly today: number
  /** Those in force today. */
  readonly authorities: Authority[]
  readonly services: Service[]
  readonly channels: Channel[]
  /** Those that send. */
  readonly sources: Source[]
  readonly authorityById: Map<number, Authority>
  readonly serviceById: Map<number, Service>
  readonly channelById: Map<number, Channel>
  readonly areaById: Map<number, Area>
  readonly sourceById: Map<number, Source>
  readonly tokenByHash: Map<string, Token>
  readonly dataSets: DataSet[]
  readonly kpis: KpiDirectory
  readonly publication: PublicationDirectory
  readonly attributes: AttributeDirectory
  readonly disclosureRules: DisclosureRules
  readonly #authorities: Authorities
  readonly #wards: Wards
  readonly #serviceBySlug: Map<string, Service>
  #serviceByName: Map<string, Service[]> | undefined
  readonly #channelBySlug: Map<string, Channel>
  readonly #dataSetByPath: Map<string, DataSet>
  readonly #dataSetByName: Map<string, DataSet>
  readonly #dataSetTokens: Map<number | null, Token[]>
  readonly #overrides: Map<number, Map<number, Provision>>

  /**
   * `today` as a local day: a council that is to end is there until its last day. `now` in milliseconds: what is to be
   * published is not until then.
   */
  constructor (rows: CatalogueRows, today: number, now = today * DAY_MS) {
    this.today = today
    this.#authorities = new Authorities(rows.authorities, today)
    this.authorities = this.#authorities.inForce(today)
    this.services = rows.services.filter(isThere)
    this.channels = rows.channels.filter(isThere)
    this.authorityById = this.#authorities.byId
    this.serviceById = byId(rows.services)
    this.channelById = byId(rows.channels)
    this.#serviceBySlug = new Map(this.services.map((service) => [service.slug, service]))
    this.#channelBySlug = new Map(this.channels.map((channel) => [channel.slug, channel]))
    this.kpis = new KpiDirectory(rows.kpis)
    this.publication = new PublicationDirectory(rows.publicationRules, rows.dataSets, now)
    this.attributes = new AttributeDirectory(rows.attributes)
    this.disclosureRules = new DisclosureRules(rows.disclosureRules)
    this.#wards = new Wards(rows.areas, this.authorityById)
    this.areaById = this.#wards.byId
    this.#overrides = new Map()
    for (const row of rows.provision.filter(isThere)) {
      const provision = {
        delivers: row.delivers,
        provider: this.authorityById.get(row.provider_id ?? 0),
        basis: row.basis,
        stated: { origin: row.origin, changed_at: row.changed_at }
      }
      const ofAuthority = this.#overrides.get(row.authority_id) ?? new Map<number, Provision>()
      this.#overrides.set(row.authority_id, ofAuthority.set(row.service_id, provision))
    }
    const sources = rows.sources.flatMap((source) => {
      const authority = this.authorityById.get(source.authority_id)
      return authority === undefined ? [] : [{ ...source, authority }]
    })
    this.sources = sources.filter(({ removed_at: removed }) => removed === null)
    this.sourceById = byId(sources)
    const tokens = rows.tokens.filter((token) => token.role !== 'data-set')
    this.tokenByHash = new Map(tokens.map((token) => [token.hash.toString('hex'), token]))
    this.dataSets = rows.dataSets
    this.#dataSetByPath = new Map(rows.dataSets.map((set) => [`${set.data_group}/${set.data_type}`, set]))
    this.#dataSetByName = new Map(rows.dataSets.map((set) => [set.name, set]))
    this.#dataSetTokens = Map.groupBy(rows.tokens, (token) => token.data_set_id)
  }

  /**
   * By code (former ones too), slug, name, short name or alias, as people write them: the one that is meant on `day`.
   * An abolished council is itself, not its successor.
   */
  authority (name: string, day?: number): Authority | Unknown {
    return this.#authorities.find(name, day)
  }

  /** What a name means on a day, and on which days at least it means the same. */
  meant (name: string, day: number): Meant {
    return this.#authorities.meant(name, day)
  }

  /** Every authority there ever was or is to be. */
  get everyAuthority (): readonly Authority[] {
    return this.#authorities.all
  }

  /** The authorities in force on a day. */
  authoritiesOn (day: number): Authority[] {
    return this.#authorities.inForce(day)
  }

  /** The authorities in force on any day of a range. */
  authoritiesIn (range: DateRange): Authority[] {
    return this.#authorities.livingIn(range)
  }

  /** Who has the area of an authority now: those who came after it, and after them. */
  successorsOf (authority: Authority, day?: number): Authority[] {
    return this.#authorities.successorsOf(authority, day)
  }

  /** Those who directly came before an authority. */
  predecessorsOf (authority: Authority): Authority[] {
    return this.#authorities.predecessorsOf(authority)
  }

  /** Those whose only successor an authority is, and theirs; never one that was split. */
  wholePredecessorsOf (authority: Authority): Authority[] {
    return this.#authorities.wholePredecessorsOf(authority)
  }

  /** Those who were split, of whom an authority is one of the successors. */
  splitPredecessorsOf (authority: Authority): Authority[] {
    return this.#authorities.splitPredecessorsOf(authority)
  }

  /** By slug; else by its slug, title or LGSL label as people write it, where that is one service alone. */
  service (name: string): Service | Unknown {
    const found = this.#serviceBySlug.get(name)
    if (found !== undefined) return found
    const [service, ...others] = (this.#serviceByName ??= namesOf(this.services)).get(fold(name)) ?? []
    if (service === undefined) return unknownName(name, () => this.#serviceBySlug.keys())
    return others.length === 0 ? service : ambiguousName(name, [service, ...others].map(({ slug }) => slug))
  }

  channel (slug: string): Channel | Unknown {
    return this.#channelBySlug.get(slug) ?? unknownName(slug, () => this.#channelBySlug.keys())
  }

  /** The wards of an authority, past and present; those of a county are its districts'. */
  areasOf (authority: Authority): Area[] {
    return this.#wards.of(authority)
  }

  /** The wards with a code: several where it passed from one authority to another. */
  areasByCode (code: string): readonly Area[] {
    return this.#wards.byCode(code)
  }

  /** Whose ward an area is: its council's, and that one's county's. */
  holdersOf (area: Area): Authority[] {
    return this.#wards.holdersOf(area)
  }

  /** Whether an authority, a county too, has the ward. */
  hasArea (authorityId: number, areaId: number): boolean {
    const area = this.areaById.get(areaId)
    return area !== undefined && this.holdersOf(area).some(({ id }) => id === authorityId)
  }

  /** Everything that a name of a ward may mean in an authority, whatever the day. */
  wardsNamed (authority: Authority, name: string): readonly Area[] {
    return this.#wards.named(authority, name)
  }

  /** The wards of an authority that a code, slug or name means on days of a range. */
  wards (authority: Authority, name: string, days: DateRange): Area[] | Unknown {
    return this.#wards.find(authority, name, days)
  }

  /**
   * A ward of the authority by code, slug or name: the one of `day` (if left out, the last there was). Where dates are
   * derived, not stated, a year before and after them will do.
   */
  ward (authority: Authority, name: string, day?: number): Area | Unknown {
    const found = this.#wards.find(authority, name, day === undefined ? undefined : { start: day, end: day + 1 })
    return isUnknown(found) ? found : found.reduce((a, b) => b.to > a.to ? b : a)
  }

  provision (authority: Authority, service: Service): Provision {
    return this.#overrides.get(authority.id)?.get(service.id) ??
      {
        delivers: deliversByTier(service.providing_tier, authority.tier),
        provider: undefined,
        basis: 'providing tier of the service'
      }
  }

  /** The ids of authorities and services of which somebody said who delivers them. */
  * statedProvision (): Generator<[authorityId: number, serviceId: number]> {
    for (const [authorityId, services] of this.#overrides) {
      for (const serviceId of services.keys()) yield [authorityId, serviceId]
    }
  }

  /**
   * Whether an authority is to report a service in a period, so that silence is missing: it is there, delivers it (or
   * another body does, for it), and the service goes on. Where nobody knows who delivers it, nothing is expected.
   */
  expects (authority: Authority, service: Service, range: DateRange): boolean {
    const { delivers } = this.provision(authority, service)
    return delivers !== 'no' && delivers !== 'unknown' && livesIn(authority, range) && !isOver(service, range.start)
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
}

/** Whether a service was discontinued before a day. */
export const isOver = ({ valid_to: to }: Pick<Service, 'valid_to'>, day: number): boolean =>
  to !== null && (parseDay(to) ?? Infinity) < day

const isThere = ({ removed_at: removed }: { removed_at?: Date | null }): boolean => removed == null

/** By what people call them: slugs before titles before labels of the list, so that one's label is not another's. */
function namesOf (services: readonly Service[]): Map<string, Service[]> {
  const names = new Map<string, Service[]>()
  for (const key of ['slug', 'title', 'lgsl_label'] as const) {
    for (const [name, some] of Map.groupBy(services, (service) => fold(service[key]))) {
      if (name !== '' && !names.has(name)) names.set(name, some)
    }
  }
  return names
}

function byId<T extends { id: number }> (rows: T[]): Map<number, T> {
  return new Map(rows.map((row) => [row.id, row]))
}
