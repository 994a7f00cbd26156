import { Authorities, isInForce, type Authority } from '../authorities.ts'
import { isUnknown } from '../directory.ts'
import { explainUnknown } from '../explain.ts'
import type { CatalogueRows } from '../store/catalogue.ts'

/** Authorities of every day: a reorganisation looks at days other than today. */
export class Register {
  readonly #authorities: Authorities

  constructor (rows: CatalogueRows['authorities'], today: number) {
    this.#authorities = new Authorities(rows, today)
  }

  get all (): readonly Authority[] {
    return this.#authorities.all
  }

  /** The one that a name means on a day, if it is in force then. */
  on (name: string, day: number): Authority | undefined {
    const found = this.#authorities.find(name, day)
    return !isUnknown(found) && isInForce(found, day) ? found : undefined
  }

  /** Why there is no such authority on a day. */
  explain (name: string, day: number, dayText: string): string {
    const found = this.#authorities.find(name, day)
    if (isUnknown(found)) return explainUnknown(found, 'authority')
    const { slug, valid_from: from, valid_to: to } = found
    const since = from === null ? '' : ` from ${from}`
    return `${slug} is not in force on ${dayText}: it is there${since}${to === null ? '' : ` to ${to}`}.`
  }

  /** All that ever have the very name in addresses, or the code. */
  holders (name: string): Authority[] {
    const [lower, upper] = [name.toLowerCase(), name.toUpperCase()]
    return this.all.filter(({ slug, storedSlug, gss, former_gss: former, aliases }) =>
      slug === lower || storedSlug === lower || gss === upper || former.includes(upper) || aliases.includes(lower)
    )
  }

  byKey (key: string): Authority | undefined {
    return this.all.find((one) => one.key === key || one.gss === key)
  }

  slugOf (id: number): string {
    return this.#authorities.byId.get(id)?.slug ?? ''
  }
}
