import { isUnknown, UNKNOWN, type Authority, type Directory } from '../catalogue/directory.ts'
import { dayInWords } from './drawing/dates.ts'

/** What every chart says of its figures. */
export interface Source {
  licence: string
  attribution: string
  today: number
  /** Whether anybody may see them. */
  isPublic: boolean
}

/** Up to so many authorities are named. */
const MOST_NAMED = 3

/** Whose figures they are: "Solihull Metropolitan Borough Council", "Leeds and Solihull", "12 authorities". */
export function whoOf (authorities: readonly Authority[]): string {
  const [first, ...others] = authorities
  if (first === undefined) return 'no authority'
  if (others.length === 0) return first.name
  return authorities.length > MOST_NAMED
    ? `${authorities.length} authorities`
    : listed(authorities.map(({ short_name: name }) => name))
}

/** Source, licence and date, a line each. */
export function captionOf (who: string, { licence, attribution, today, isPublic }: Source): string[] {
  const day = dayInWords(today)
  return [
    `Source: ${who}, through the Local Performance Platform. ${isPublic
      ? `Figures as published on ${day}.`
      : `As read with a token on ${day}: may hold figures that are not published.`}`,
    `${licence}.`,
    `${attribution}.`
  ]
}

/** A value of a dimension as people call it. */
export function nameOf (directory: Directory, dimension: string, value: string): string {
  if (value === UNKNOWN) return 'Not recorded'
  switch (dimension) {
    case 'authority': {
      const authority = directory.authority(value)
      return isUnknown(authority) ? value : authority.short_name
    }
    case 'channel': {
      const channel = directory.channel(value)
      return isUnknown(channel) ? value : channel.label
    }
    case 'ward': return directory.areasByCode(value)[0]?.name ?? value
    case 'street': return `Street ${value}`
    default: return capital(value.replaceAll(/[-_]/g, ' '))
  }
}

/** The names of groups, each with its own words; those of two with the same name have their codes beside them. */
export function groupNames (directory: Directory, groups: ReadonlyArray<Readonly<Record<string, string>>>): string[] {
  const names = groups.map((group) =>
    Object.entries(group).map(([dimension, value]) => nameOf(directory, dimension, value)).join(', ')
  )
  return names.map((name, i) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${Object.values(groups[i] ?? {}).join(', ')})`
  )
}

/** What was filtered by: "only Website or app"; values as they are asked for, `channel:web`. */
export function filtersInWords (directory: Directory, filters: readonly string[]): string[] {
  const byDimension = Map.groupBy(filters, (filter) => filter.slice(0, filter.lastIndexOf(':')))
  return [...byDimension].map(([dimension, some]) =>
    `only ${listed(some.map((filter) => nameOf(directory, dimension, filter.slice(dimension.length + 1))))}`
  )
}

export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
