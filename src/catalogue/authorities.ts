import { parseDay } from '../domain/calendar.ts'
import { fold, foldCouncil, isCode } from '../domain/fold.ts'
import type { DateRange } from '../domain/period.ts'
import type { CatalogueRows } from './store/catalogue.ts'
import { ambiguousName, unknownName, type Unknown } from './suggest.ts'

type Row = CatalogueRows['authorities'][number]

/**
 * `slug` is the public one, of this authority alone; `storedSlug` it may share with one of another time. `from` and
 * `to`: its first and last day, infinite where open. `dataFrom`: the first day that data may be about; before it they
 * belong to its predecessors, and where it has none that are known, to itself.
 */
export type Authority = Row & { storedSlug: string, from: number, to: number, dataFrom: number }

export const isInForce = ({ from, to }: Pick<Authority, 'from' | 'to'>, day: number): boolean =>
  from <= day && day <= to
/** Whether it is there on any day of a range. */
export const livesIn = ({ from, to }: Pick<Authority, 'from' | 'to'>, range: DateRange): boolean =>
  from < range.end && to >= range.start
/** The days of a range that data of an authority may be about; empty where it ends before it begins. */
export const lifeWithin = ({ dataFrom, to }: Pick<Authority, 'dataFrom' | 'to'>, range: DateRange): DateRange => {
  const start = Math.min(Math.max(range.start, dataFrom), range.end)
  return { start, end: Math.max(start, Math.min(range.end, to + 1)) }
}

/** An authority that a name means, and on which days it does at least. */
export interface Meant { found: Authority | Unknown, from: number, to: number }
interface Named { authority: Authority, rank: number }

/** The authorities in time: what their names mean on a day, and who came after whom. */
export class Authorities {
  readonly byId: Map<number, Authority>
  /** Every one that is in the catalogue, of whatever time. */
  readonly all: Authority[]
  readonly #today: number
  readonly #byCode = new Map<string, Authority>()
  readonly #byName = new Map<string, Named[]>()
  #byFold: Map<string, Named[]> | undefined
  readonly #predecessors = new Map<Authority, Authority[]>()
  readonly #successors = new Map<Authority, Authority[]>()

  constructor (rows: readonly Row[], today: number) {
    this.#today = today
    const everyone = withSlugs(
      rows.map((row) => {
        const [from, to] = [dayOr(row.valid_from, -Infinity), dayOr(row.valid_to, Infinity)]
        return { ...row, storedSlug: row.slug, from, to, dataFrom: -Infinity }
      }),
      today
    )
    this.byId = new Map(everyone.map((authority) => [authority.id, authority]))
    this.all = everyone.filter(({ removed_at: removed }) => removed == null)
    this.#name()
    this.#follow()
  }

  inForce (day: number): Authority[] {
    return this.all.filter((authority) => isInForce(authority, day))
  }

  livingIn (range: DateRange): Authority[] {
    return this.all.filter((authority) => livesIn(authority, range))
  }

  find (name: string, day = this.#today): Authority | Unknown {
    return this.meant(name, day).found
  }

  /**
   * By code, which means one authority on whatever day; else by slug, name, short name or alias as it is written, of
   * the authority in force on that day; else as people write them, where that can mean one alone.
   */
  meant (name: string, day: number): Meant {
    const always = { from: -Infinity, to: Infinity }
    if (isCode(name)) {
      return { found: this.#byCode.get(name.toUpperCase()) ?? unknownName(name, () => []), ...always }
    }
    const named = this.#byName.get(exactly(name)) ?? this.#folded().get(foldCouncil(name))
    if (named === undefined) {
      return { found: unknownName(name, () => this.all.map(({ slug }) => slug)), ...always }
    }
    const found = oneOf(name, named, day)
    return { found, ...named.length === 1 ? always : { from: day, to: day } }
  }

  /** Those who directly came before. */
  predecessorsOf (authority: Authority): Authority[] {
    return this.#predecessors.get(authority) ?? []
  }

  /** Who has its area on a day: of those who came after it, those who had not ended by then. */
  successorsOf (authority: Authority, day = this.#today): Authority[] {
    const found = new Set<Authority>()
    const follow = (one: Authority): void => {
      for (const next of this.#successors.get(one) ?? []) {
        if (next.to < day && (this.#successors.get(next) ?? []).length > 0 && !found.has(next)) follow(next)
        else found.add(next)
      }
    }
    follow(authority)
    return [...found]
  }

  /** Those whose only successor it is, and theirs: what they reported adds up to what it would have. */
  wholePredecessorsOf (authority: Authority): Authority[] {
    return this.#before(authority).whole
  }

  /** Those of whom it is one of several successors: what they reported is not its own, nor can it be divided. */
  splitPredecessorsOf (authority: Authority): Authority[] {
    return this.#before(authority).split
  }

  #before (authority: Authority): { whole: Authority[], split: Authority[] } {
    const [whole, split] = [new Set<Authority>(), new Set<Authority>()]
    const look = (one: Authority): void => {
      for (const before of this.predecessorsOf(one)) {
        if (before.replaced_by.length > 1) split.add(before)
        else if (!whole.has(before)) {
          whole.add(before)
          look(before)
        }
      }
    }
    look(authority)
    return { whole: [...whole], split: [...split] }
  }

  #name (): void {
    for (const authority of this.all) {
      for (const code of authority.former_gss) this.#byCode.set(code.toUpperCase(), authority)
    }
    for (const authority of this.all) {
      if (authority.gss !== null) this.#byCode.set(authority.gss.toUpperCase(), authority)
    }
    for (const [name, named] of this.#names()) addName(this.#byName, exactly(name), named)
  }

  // When a name is first asked for that nobody writes exactly so: to fold all takes half the time of a directory.
  #folded (): Map<string, Named[]> {
    if (this.#byFold === undefined) {
      this.#byFold = new Map()
      for (const [name, { authority }] of this.#names()) {
        addName(this.#byFold, foldCouncil(name), { authority, rank: 0 })
      }
    }
    return this.#byFold
  }

  * #names (): Generator<[name: string, named: Named]> {
    for (const authority of this.all) {
      const { slug, storedSlug, type, name, short_name, aliases } = authority
      const names = [[slug], [storedSlug, `${storedSlug}-${type}`], [name], [short_name], aliases]
      for (const [rank, some] of names.entries()) {
        for (const one of some) {
          // A slug that only one of several who share it could have is for them alone.
          if (one === `${storedSlug}-${type}` && one !== slug && !this.#sharesSlug(authority)) continue
          yield [one, { authority, rank }]
        }
      }
    }
  }

  #sharesSlug ({ id, storedSlug }: Authority): boolean {
    return this.all.some((other) => other.storedSlug === storedSlug && other.id !== id)
  }

  #follow (): void {
    const byKey = new Map(this.all.map((authority) => [authority.key, authority]))
    for (const old of this.all) {
      const next = old.replaced_by.flatMap((name) => this.#byCode.get(name.toUpperCase()) ?? byKey.get(name) ?? [])
      this.#successors.set(old, next)
      for (const successor of next) {
        const before = this.#predecessors.get(successor) ?? []
        this.#predecessors.set(successor, [...before, old])
        successor.dataFrom = successor.from
      }
    }
  }
}

const exactly = (name: string): string => name.normalize('NFC').trim().toLowerCase()

function addName (names: Map<string, Named[]>, name: string, named: Named): void {
  if (name === '') return
  const known = names.get(name) ?? []
  if (!known.some(({ authority }) => authority === named.authority)) names.set(name, [...known, named])
}

/** Of those that a name may mean, the one in force on the day; where none is, the last that was, or the first to be. */
function oneOf (name: string, named: readonly Named[], day: number): Authority | Unknown {
  const there = named.filter(({ authority }) => isInForce(authority, day))
  const rank = Math.min(...(there.length > 0 ? there : named).map((one) => one.rank))
  const best = (there.length > 0 ? there : named).filter((one) => one.rank === rank).map(({ authority }) => authority)
  const [only, ...others] = there.length > 0 ? best : nearestInTime(best, day)
  if (only === undefined) return unknownName(name, () => [])
  return others.length === 0 ? only : ambiguousName(name, best.map(({ slug }) => slug))
}

function nearestInTime (some: readonly Authority[], day: number): Authority[] {
  const ended = some.filter(({ to }) => to < day)
  const last = Math.max(...ended.map(({ to }) => to))
  if (ended.length > 0) return ended.filter(({ to }) => to === last)
  const first = Math.min(...some.map(({ from }) => from))
  return some.filter(({ from }) => from === first)
}

/**
 * One slug and one short name for each. Of those who share a slug it stays with the one in force, else with the last
 * that was; the others have their type behind it, and their code where that is taken as well.
 */
function withSlugs (authorities: Authority[], today: number): Authority[] {
  const taken = new Set(authorities.map(({ storedSlug }) => storedSlug))
  for (const same of Map.groupBy(authorities, ({ storedSlug }) => storedSlug).values()) {
    const [, ...others] = same.toSorted((a, b) => claim(b, today) - claim(a, today) || a.id - b.id)
    for (const other of others) {
      const { storedSlug, type, gss, id } = other
      const typed = `${storedSlug}-${fold(type).replaceAll(' ', '-')}`
      other.slug = taken.has(typed) ? `${typed}-${(gss ?? String(id)).toLowerCase()}` : typed
      taken.add(other.slug)
      // Records name authorities by it: two of one name would be added up.
      if (same.some((one) => one !== other && one.short_name === other.short_name)) other.short_name = other.name
    }
  }
  return authorities
}

// In force before ended (later before earlier) before those to come; removed ones last.
function claim ({ removed_at: removed, from, to }: Authority, today: number): number {
  if (removed != null) return -Number.MAX_VALUE
  if (isInForce({ from, to }, today)) return Number.MAX_VALUE
  return to < today ? to : -1e9 - from
}

const dayOr = (date: string | null, open: number): number => date === null ? open : parseDay(date) ?? open
