import { Type } from 'typebox'

/** The highest that may be sent: the largest whole number that every reader of JSON keeps exactly. */
export const HIGHEST_REVISION = Number.MAX_SAFE_INTEGER

/** Any rising number, as a sender has it: 2, 20261128103000, or milliseconds since 1970. */
export const Revision = (description: string, options: { default?: number, examples?: number[] } = {}) =>
  Type.Integer({ minimum: 1, maximum: HIGHEST_REVISION, description, ...options })

/** The revision of a version that came without one; one that is the highest already goes on being it. */
export const nextRevision = (stored: number): number => Math.min(stored + 1, HIGHEST_REVISION)

/** Up to here a version's ordinal is its revision; beyond are ordinals that only count. */
export const LAST_PLAIN = 2_000_000_000

/**
 * The ordinal of a version, which rises from version to version of an event or figure: the database's key, in 32 bits.
 * `last`: that of the version before, 0 for none. A revision of 0 was not said: the first is 1 then.
 */
export const ordinalOf = (revision: number, last = 0): number =>
  isPlain(revision, last) ? Math.max(revision, 1) : Math.max(last, LAST_PLAIN) + 1

/** What is kept beside the ordinal: the revision, where that is another number. */
export const sentRevision = (revision: number, last = 0): number | null => isPlain(revision, last) ? null : revision

// Behind an ordinal that only counts every other one does, so that they go on rising.
const isPlain = (revision: number, last: number): boolean =>
  revision <= LAST_PLAIN && Math.max(revision, 1) > last
