import { parseDay } from '../domain/calendar.ts'
import { foldWard, isCode } from '../domain/fold.ts'
import { overlaps, type DateRange } from '../domain/period.ts'
import type { Authority } from './authorities.ts'
import type { CatalogueRows } from './store/catalogue.ts'
import { ambiguousName, unknownName, type Unknown } from './suggest.ts'

/** `from` and `to`: its first and last day, infinite where open. */
export type Area = CatalogueRows['areas'][number] & { from: number, to: number }

/** How far a derived date may be off: the lists that it was derived from are yearly. */
const GRACE = 366
const EVER: DateRange = { start: -Infinity, end: Infinity }

/** All wards by id; those that are listed by authority and by code. */
interface Indexed { byId: Map<number, Area>, own: Map<number, Area[]>, byCode: Map<string, Area[]> }

/** Of rows that are still in use: a directory is made anew with every setting and each day, of the same wards. */
const kept = new WeakMap<CatalogueRows['areas'], { ends: string, indexed: Indexed }>()

/** The wards by authority, code, name and day. */
export class Wards {
  readonly byId: Indexed['byId']
  readonly #own: Indexed['own']
  readonly #byCode: Indexed['byCode']
  readonly #authorities: ReadonlyMap<number, Authority>
  readonly #districts: Map<string, Authority[]>
  readonly #countyByGss: Map<string, Authority>
  readonly #all = new Map<number, Area[]>()
  readonly #names = new Map<number, Map<string, Area[]>>()

  constructor (rows: CatalogueRows['areas'], authorities: ReadonlyMap<number, Authority>) {
    const { byId, own, byCode } = indexedOnce(rows, authorities)
    this.byId = byId
    this.#own = own
    this.#byCode = byCode
    this.#authorities = authorities
    const districts = [...authorities.values()].filter(({ parent_gss: parent, type }) =>
      parent !== null && type !== 'county'
    )
    this.#districts = Map.groupBy(districts, ({ parent_gss: parent }) => parent ?? '')
    this.#countyByGss = new Map(
      [...authorities.values()].flatMap((one) => one.type === 'county' && one.gss !== null ? [[one.gss, one]] : [])
    )
  }

  /** Past and present; those of a county are its districts'. */
  of (authority: Authority): Area[] {
    const known = this.#all.get(authority.id)
    if (known !== undefined) return known
    const own = this.#own.get(authority.id) ?? []
    const districts = authority.type === 'county' && authority.gss !== null
      ? this.#districts.get(authority.gss) ?? []
      : []
    const all = [...own, ...districts.flatMap(({ id }) => this.#own.get(id) ?? [])]
    this.#all.set(authority.id, all)
    return all
  }

  byCode (code: string): readonly Area[] {
    return this.#byCode.get(code.toUpperCase()) ?? []
  }

  /** The authorities whose ward it is: its own, and that one's county. */
  holdersOf ({ authority_id: id }: Area): Authority[] {
    const own = this.#authorities.get(id)
    const county = own === undefined || own.type === 'county' || own.parent_gss === null
      ? undefined
      : this.#countyByGss.get(own.parent_gss)
    return [own, county].filter((one) => one !== undefined)
  }

  /** Everything that a name may mean in an authority, on whatever day. */
  named (authority: Authority, name: string): readonly Area[] {
    const names = this.#names.get(authority.id) ?? indexed(this.of(authority))
    this.#names.set(authority.id, names)
    return names.get(name.toUpperCase()) ?? (isCode(name) ? [] : names.get(foldWard(name)) ?? [])
  }

  /**
   * What a name means on some days: the wards that exist on them; else the ones that a derived date may be wrong about.
   * Several where one followed another; where two of a name exist at once it is taken for none.
   */
  find (authority: Authority, name: string, days: DateRange = EVER): Area[] | Unknown {
    const named = this.named(authority, name)
    const there = named.filter((area) => overlaps(daysOf(area), days))
    if (there.length > 0) return apart(name, there, days)
    const near = named.filter((area) => overlaps(withGrace(area), days))
    if (near.length === 0) {
      const those = this.of(authority).filter((area) => overlaps(daysOf(area), days))
      return unknownName(name, () => those.flatMap(({ code, slug }) => [code, slug]))
    }
    const distance = ({ from, to }: Area): number => Math.max(from - days.end + 1, days.start - to)
    const least = Math.min(...near.map(distance))
    return apart(name, near.filter((area) => distance(area) === least), EVER)
  }
}

function indexed (areas: readonly Area[]): Map<string, Area[]> {
  const names = new Map<string, Area[]>()
  for (const area of areas) {
    for (const name of new Set([area.code.toUpperCase(), foldWard(area.slug), foldWard(area.name)])) {
      const known = names.get(name)
      if (known === undefined) names.set(name, [area])
      else known.push(area)
    }
  }
  return names
}

function apart (name: string, areas: Area[], days: DateRange): Area[] | Unknown {
  const within = (area: Area): DateRange => ({
    start: Math.max(area.from, days.start), end: Math.min(area.to + 1, days.end)
  })
  const meets = areas.some((one, i) =>
    areas.slice(i + 1).some((other) => other.code !== one.code && overlaps(within(one), within(other)))
  )
  return meets ? ambiguousName(name, areas.map(({ code }) => code)) : areas
}

const daysOf = ({ from, to }: Area): DateRange => ({ start: from, end: to + 1 })
/** The days on which a ward may have been there: where its dates are derived, a year before and after them too. */
export const withGrace = (area: Area): DateRange =>
  area.dates_basis === 'stated' ? daysOf(area) : { start: area.from - GRACE, end: area.to + 1 + GRACE }

function indexedOnce (rows: CatalogueRows['areas'], authorities: ReadonlyMap<number, Authority>): Indexed {
  const ends = [...authorities.values()].flatMap(({ id, to }) => to < Infinity ? [`${id} ${to}`] : []).join()
  const known = kept.get(rows)
  if (known?.ends === ends) return known.indexed
  const areas = rows.map((row): Area => {
    const ended = authorities.get(row.authority_id)?.to ?? Infinity
    const [from, to] = [dayOr(row.valid_from, -Infinity), dayOr(row.valid_to, Infinity)]
    return { ...row, from, to: Math.min(to, ended) } // a ward does not outlive its council
  })
  const listed = areas.filter(({ removed_at: removed }) => removed == null)
  const indexed = {
    byId: new Map(areas.map((area) => [area.id, area])),
    own: Map.groupBy(listed, (area) => area.authority_id),
    byCode: Map.groupBy(listed, ({ code }) => code.toUpperCase())
  }
  kept.set(rows, { ends, indexed })
  return indexed
}

const dayOr = (date: string | null, open: number): number => date === null ? open : parseDay(date) ?? open
