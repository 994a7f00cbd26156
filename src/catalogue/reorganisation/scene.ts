import type { Authority } from '../directory.ts'
import type { CatalogueRows } from '../store/catalogue.ts'
import type { Refusals } from './refusals.ts'
import type { Register } from './register.ts'

/** An authority that ends, with those that follow it. */
export interface Ended { row: Authority, successors: Begun[] }

/** An authority that begins, as it will be stored. */
export interface Begun {
  row: {
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
    parent_gss: string | null
    aliases: string[]
    attribution: string
  }
  predecessors: Ended[]
}

/** What every part of a plan is made of. Days as numbers and, for the database, as `YYYY-MM-DD`. */
export interface Scene {
  rows: CatalogueRows
  register: Register
  refusals: Refusals
  warnings: string[]
  on: number
  onText: string
  dayBefore: string
  ended: Map<number, Ended>
  begun: Begun[]
}

/** A new authority by slug or GSS code. */
export function begunNamed ({ begun }: Pick<Scene, 'begun'>, name: string): Begun | undefined {
  return begun.find(({ row }) => row.slug === name.toLowerCase() || row.gss === name.toUpperCase())
}

export const slugsOf = (some: ReadonlyArray<{ row: { slug: string } }>): string[] => some.map(({ row }) => row.slug)
