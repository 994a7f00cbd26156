import { parseDay } from '../../domain/calendar.ts'
import type { CatalogueRows } from '../store/catalogue.ts'
import { nearest } from '../suggest.ts'

export type AuthorityRow = CatalogueRows['authorities'][number]

export const firstDay = ({ valid_from: from }: { valid_from: string | null }): number =>
  from === null ? -Infinity : parseDay(from) ?? -Infinity
export const lastDay = ({ valid_to: to }: { valid_to: string | null }): number =>
  to === null ? Infinity : parseDay(to) ?? Infinity

/** Authorities of every day, by name and day: a reorganisation looks at days other than today. */
export class Register {
  readonly rows: AuthorityRow[]

  constructor (rows: AuthorityRow[]) {
    this.rows = rows.filter(({ removed_at: removed }) => removed === null)
  }

  /** All that ever had the name: a slug, a code, an old code or an alias. */
  named (name: string): AuthorityRow[] {
    const [lower, upper] = [name.toLowerCase(), name.toUpperCase()]
    return this.rows.filter(({ slug, gss, key, former_gss: former, aliases }) =>
      slug === lower || gss === upper || key === name || former.includes(upper) || aliases.includes(lower)
    )
  }

  on (name: string, day: number): AuthorityRow | undefined {
    return this.named(name).find((row) => firstDay(row) <= day && day <= lastDay(row))
  }

  /** Why there is no such authority on the day. */
  explain (name: string, day: string): string {
    const [other] = this.named(name)
    if (other === undefined) {
      const near = nearest(name, this.rows.map(({ slug }) => slug))
      return `There is no authority ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`
    }
    const [from, to] = [other.valid_from ?? 'its beginning', other.valid_to]
    return `${name} is not in force on ${day}: it was from ${from}${to === null ? '' : ` to ${to}`}.`
  }

  byKey (key: string): AuthorityRow | undefined {
    return this.rows.find((row) => row.key === key || row.gss === key)
  }
}
