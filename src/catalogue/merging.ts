import type { DateRange } from '../domain/period.ts'
import type { Authority, Directory } from './directory.ts'

/** Which authorities' figures are added up in whose group. */
export interface Merging {
  /** The authority of a group and those whose figures are added to its own. */
  membersOf: (groupId: number) => readonly number[]
  /** The authorities in whose groups the figures of one are. */
  groupsOf: (authorityId: number) => readonly number[]
}

/** Every authority is a group of its own. */
export const APART: Merging = { membersOf: (id) => [id], groupsOf: (id) => [id] }

/** Whose figures a question reads: those that it is about, and those that are added to theirs. */
export interface Asked { named: Authority[], authorities: Authority[], merging: Merging }

export const askedApart = (authorities: Authority[]): Asked => ({ named: authorities, authorities, merging: APART })

/**
 * Adds to each of the authorities those whose only successor it is: mergers. Of one that was split among several
 * nothing is added, since nobody knows which part. `apart`: whoever is added to another has no group of its own.
 */
export function withPredecessors (directory: Directory, named: readonly Authority[], apart = false): Asked {
  const before = new Map(named.map((one) => [one, directory.wholePredecessorsOf(one)]))
  const added = new Set([...before.values()].flat())
  const groups = apart ? named.filter((one) => !added.has(one)) : [...named]
  const members = new Map(groups.map((one) => [one.id, [one, ...before.get(one) ?? []].map(({ id }) => id)]))
  const groupsOf = new Map<number, number[]>()
  for (const [group, own] of members) {
    for (const id of own) groupsOf.set(id, [...groupsOf.get(id) ?? [], group])
  }
  return {
    named: groups,
    authorities: [...new Set([...groups, ...groups.flatMap((one) => before.get(one) ?? [])])],
    merging: { membersOf: (id) => members.get(id) ?? [id], groupsOf: (id) => groupsOf.get(id) ?? [] }
  }
}

/** The authorities that are to report a service in a range, or may: those in force on any of its days. */
export const mayReport = (directory: Directory, service: Parameters<Directory['provision']>[1], range: DateRange) =>
  directory.authoritiesIn(range).filter((authority) => directory.provision(authority, service).delivers !== 'no')
