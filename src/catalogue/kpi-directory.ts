import { formatDay, parseDay } from '../domain/calendar.ts'
import { EVENT_TYPES, type EventType } from '../domain/event.ts'
import type { DigitalClass, KpiVersion } from '../domain/kpi/definition.ts'
import type { DateRange } from '../domain/period.ts'
import { Neighbours } from './neighbours.ts'
import { Targets } from './targets.ts'
import type { ComparatorGroupRow, KpiCatalogueRows, UnitCostRow } from './store/kpis.ts'
import { unknownName, type Unknown } from './suggest.ts'

export type Measure = KpiCatalogueRows['measures'][number]
/** Whether events or counts hold for a series; `undeclared`: events where there are any, else counts. */
export type Basis = 'events' | 'counts' | 'undeclared'
export interface BasisRange extends DateRange { basis: Basis }

/** The part of the catalogue that KPIs are worked out by, immutable and in memory like the rest. */
export class KpiDirectory {
  /** Those that figures may be of. */
  readonly measures: Measure[]
  /** Of all that any figure may be of that is stored, removed ones too. */
  readonly measureIds: number[]
  readonly kpis: Map<string, KpiVersion[]>
  readonly unitCosts: UnitCostRow[]
  readonly channelClasses: KpiCatalogueRows['channelClasses']
  readonly groups: Map<string, ComparatorGroupRow>
  readonly targets: Targets
  readonly neighbours: Neighbours
  readonly authoritative: KpiCatalogueRows['authoritative']
  readonly #measureBySlug: Map<string, Measure>
  readonly #authoritative: Map<string, KpiCatalogueRows['authoritative']>
  readonly #countedSeries: Map<string, Set<number>>
  readonly #classes: Map<string, Array<{ authorityId: number, from: number, digitalClass: DigitalClass }>>
  readonly #classDates: Map<number, number[]>

  constructor (rows: KpiCatalogueRows) {
    this.measures = rows.measures.filter(({ removed_at }) => removed_at === null)
    this.measureIds = rows.measures.map(({ id }) => id)
    this.#measureBySlug = new Map(rows.measures.map((measure) => [measure.slug, measure]))
    this.kpis = Map.groupBy(rows.definitions, ({ kpi }) => kpi)
    this.unitCosts = rows.unitCosts
    this.channelClasses = rows.channelClasses
    this.groups = new Map(rows.groups.map((group) => [group.slug, group]))
    this.targets = new Targets(rows.targets)
    this.neighbours = new Neighbours(rows.neighbours)
    this.authoritative = rows.authoritative
    this.#authoritative = Map.groupBy(rows.authoritative, (row) => `${row.authority_id} ${row.service_id} ${row.type}`)
    const counted = rows.authoritative.filter(({ basis }) => basis === 'counts')
    const bySeries = Map.groupBy(counted, (row) => `${row.service_id} ${row.type}`)
    this.#countedSeries =
      new Map([...bySeries].map(([key, some]) => [key, new Set(some.map((row) => row.authority_id))]))
    this.#classes = new Map()
    this.#classDates = new Map()
    for (const row of rows.channelClasses) {
      const from = parseDay(row.from_on) ?? 0
      const key = `${row.service_id} ${row.channel_id}`
      const ofChannel = this.#classes.get(key) ?? []
      ofChannel.push({ authorityId: row.authority_id, from, digitalClass: row.digital_class })
      this.#classes.set(key, ofChannel)
      this.#classDates.set(row.service_id, [...this.#classDates.get(row.service_id) ?? [], from])
    }
  }

  /** Also one that was removed: its figures are still read. */
  measure (slug: string): Measure | Unknown {
    return this.#measureBySlug.get(slug) ?? unknownName(slug, () => this.#measureBySlug.keys())
  }

  /** One that new figures and definitions may name. */
  measureInUse (slug: string): Measure | Unknown {
    const found = this.#measureBySlug.get(slug)
    return found?.removed_at === null ? found : unknownName(slug, () => this.measures.map((measure) => measure.slug))
  }

  kpi (slug: string): KpiVersion[] | Unknown {
    return this.kpis.get(slug) ?? unknownName(slug, () => this.kpis.keys())
  }

  /** The range cut at the days on which an authority changes between events and counts. */
  basisRanges (authorityId: number, serviceId: number, type: number, range: DateRange): BasisRange[] {
    const declared = this.#authoritative.get(`${authorityId} ${serviceId} ${type}`) ?? []
    const changes: Array<{ from: number, basis: Basis }> = [
      { from: -Infinity, basis: 'undeclared' },
      ...declared.map(({ from_on, basis }) => ({ from: parseDay(from_on) ?? 0, basis }))
    ]
    return changes.flatMap(({ from, basis }, i) => {
      const start = Math.max(from, range.start)
      const end = Math.min(changes[i + 1]?.from ?? Infinity, range.end)
      return start < end ? [{ start, end, basis }] : []
    })
  }

  /** What an authority has declared for a service, by type and day. */
  declarations (
    authorityId: number, serviceId: number
  ): Array<{ type: EventType, from_on: string, basis: 'events' | 'counts' }> {
    return (Object.keys(EVENT_TYPES) as EventType[]).flatMap((type) =>
      (this.#authoritative.get(`${authorityId} ${serviceId} ${EVENT_TYPES[type]}`) ?? []).map(({ from_on, basis }) => ({
        type, from_on, basis
      }))
    )
  }

  /** Whether any of the authorities has ever declared that counts hold. */
  declaresCounts (authorityIds: readonly number[], serviceId: number, type: number): boolean {
    const declared = this.#countedSeries.get(`${serviceId} ${type}`)
    return declared !== undefined && authorityIds.some((id) => declared.has(id))
  }

  /** The days on which the digital class of a channel changes for a service. */
  classDates (serviceId: number): number[] {
    return this.#classDates.get(serviceId) ?? []
  }

  /** The digital class of a channel for a service and authority on a day; the authority's own setting goes first. */
  classOn (
    channel: { id: number, digital_class: string }, serviceId: number, authorityId: number, day: number
  ): DigitalClass {
    const settings = (this.#classes.get(`${serviceId} ${channel.id}`) ?? []).filter(({ from }) => from <= day)
    const own = settings.findLast((setting) => setting.authorityId === authorityId)
    const general = settings.findLast((setting) => setting.authorityId === 0)
    return (own ?? general)?.digitalClass ?? channel.digital_class as DigitalClass
  }

  /**
   * The unit saving in force on a day: the authority's and service's own first, then either's, then the general one.
   */
  unitCost (kind: UnitCostRow['kind'], authorityId: number, serviceId: number, day: number): UnitCostRow | undefined {
    const date = formatDay(day)
    const usable = this.unitCosts.filter((row) =>
      row.kind === kind && row.from_on <= date &&
      (row.authority_id === 0 || row.authority_id === authorityId) &&
      (row.service_id === 0 || row.service_id === serviceId)
    )
    const closeness = (row: UnitCostRow): number => (row.authority_id === 0 ? 0 : 2) + (row.service_id === 0 ? 0 : 1)
    return usable.sort((a, b) => closeness(b) - closeness(a) || (a.from_on < b.from_on ? 1 : -1))[0]
  }
}
