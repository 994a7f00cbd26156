import { parseDay } from '../domain/calendar.ts'
import { isUnknown, type Authority, type Directory } from './directory.ts'

/** An authority as it is set; its form is right. Dates inclusive, null where open. */
export interface AuthorityInput {
  slug: string
  gss: string | null
  name: string
  short_name: string
  aliases: string[]
  type: string
  tier: string | null
  nation: string
  region: string | null
  population: number | null
  /** GSS code. */
  combined_authority: string | null
  /** Slug. */
  parent: string | null
  /** Slugs. */
  covers: string[]
  former_codes: string[]
  /** GSS codes, or slugs of those without. */
  replaced_by: string[]
  valid_from: string | null
  valid_to: string | null
}

/** What others may refer to: an authority that is there, or one of the same request. */
export interface Known {
  slug: string
  gss: string | null
  type: string
  region: string | null
  names: string[]
  replacedBy: readonly string[]
  from: number
  to: number
}

const GSS = /^[A-Z]\d{8}$/
export const isGss = (text: string): boolean => GSS.test(text)

export const dayOr = (date: unknown, open: number): number =>
  typeof date === 'string' ? parseDay(date) ?? open : open

/** How other rows name an authority: by its code where it has one. */
export const codeOf = ({ slug, gss }: { slug: string, gss: string | null }): string => gss ?? slug

/** The authority that a name means, of whatever time. */
export function authorityNamed (directory: Directory, name: string): Authority | undefined {
  const found = directory.authority(name)
  return isUnknown(found) ? undefined : found
}

/**
 * The authority that a row is to change: the one with its code; else the one with its slug, unless that ended before
 * the row begins, for then it is another of the same name.
 */
export function authorityToChange (
  directory: Directory, { slug, gss, valid_from: begins }: Pick<AuthorityInput, 'slug'> & Partial<AuthorityInput>
): Authority | undefined {
  const all = directory.everyAuthority
  const byCode = gss == null ? undefined : all.find((one) => one.gss === gss)
  if (byCode !== undefined) return byCode
  const found = authorityNamed(directory, slug)
  return found !== undefined && found.slug === slug && (gss == null || found.to >= dayOr(begins, -Infinity))
    ? found
    : undefined
}

/** Every authority as it would be with some rows in their places, to look names up in. */
export class KnownAuthorities {
  readonly all: Known[]
  readonly #byName: Map<string, Known[]>

  constructor (directory: Directory, inputs: readonly AuthorityInput[]) {
    const replaced = new Set(inputs.map((input) => authorityToChange(directory, input)))
    this.all = [
      ...directory.everyAuthority.filter((one) => !replaced.has(one)).map((one) => ({
        ...one, replacedBy: one.replaced_by, names: [...one.aliases, ...one.former_gss]
      })),
      ...inputs.map(knownOf)
    ]
    this.#byName = new Map()
    for (const one of this.all) {
      for (const name of namesOf(one)) this.#byName.set(name, [...this.#byName.get(name) ?? [], one])
    }
  }

  /** Those with a slug, code, former code or alias. */
  named (name: string): readonly Known[] {
    return this.#byName.get(name.toLowerCase()) ?? []
  }

  /** The one with a slug or code; of several that on the latest days. */
  find (name: string): Known | undefined {
    return [...this.named(name)].sort((a, b) => b.to - a.to)[0]
  }
}

export const knownOf = (input: AuthorityInput): Known => ({
  slug: input.slug,
  gss: input.gss,
  type: input.type,
  region: input.region,
  names: [...input.aliases, ...input.former_codes],
  replacedBy: input.replaced_by,
  from: dayOr(input.valid_from, -Infinity),
  to: dayOr(input.valid_to, Infinity)
})

/** What an authority is found by, in lower case. */
export const namesOf = ({ slug, gss, names }: Pick<Known, 'slug' | 'gss' | 'names'>): string[] =>
  [...new Set([slug, ...(gss === null ? [] : [gss]), ...names].map((name) => name.toLowerCase()))]

export const meet = (a: Pick<Known, 'from' | 'to'>, b: Pick<Known, 'from' | 'to'>): boolean =>
  a.from <= b.to && b.from <= a.to
