import type { Directory } from '../catalogue/directory.ts'
import type { DataSet } from './data-sets.ts'
import { describe, type Described, type Publication } from './describe.ts'
import { Titles } from './titles.ts'

/** Data sets of one page, and the addresses of the others. */
export interface Page {
  described: Described[]
  /** Of all data sets asked for, not of this page alone. */
  total: number
  limit: number
  /** The first and the newest day of all; undefined where there is none. */
  issued: string | undefined
  modified: string | undefined
  self: string
  first: string
  last: string
  previous: string | undefined
  next: string | undefined
}

export interface Asked { page: number, limit: number }

/** How many pages there are: one at least, since a catalogue may be empty. */
export const pagesOf = (total: number, limit: number): number => Math.max(1, Math.ceil(total / limit))

/** A page of data sets; `addressOf` makes the whole address of another. */
export function pageOf (
  directory: Directory, publication: Publication, sets: readonly DataSet[], { page, limit }: Asked,
  addressOf: (page: number) => string
): Page {
  const titles = titlesOf(directory)
  const pages = pagesOf(sets.length, limit)
  const ofPage = sets.slice((page - 1) * limit, page * limit)
  return {
    described: ofPage.flatMap((set) => describe(directory, titles, publication, set) ?? []),
    total: sets.length,
    limit,
    issued: least(sets.map(({ first }) => first)),
    modified: least(sets.map(({ modified }) => modified), -1),
    self: addressOf(page),
    first: addressOf(1),
    last: addressOf(pages),
    previous: page > 1 ? addressOf(page - 1) : undefined,
    next: page < pages ? addressOf(page + 1) : undefined
  }
}

const least = (days: readonly string[], sign = 1): string | undefined =>
  days.reduce<string | undefined>((a, b) => a === undefined || (sign > 0 ? b < a : b > a) ? b : a, undefined)

// Titles are told apart over the whole catalogue.
const made = new WeakMap<Directory, Titles>()
function titlesOf (directory: Directory): Titles {
  const found = made.get(directory) ?? new Titles(directory)
  made.set(directory, found)
  return found
}
