import { nearest } from '../catalogue/suggest.ts'
import { ProblemError } from '../errors.ts'
import { keyOf, type Table } from '../files/table.ts'
import { shownHeading } from '../files/read-table.ts'
import { FIELDS, fieldType, REQUIRED } from './fields.ts'
import type { Field, Mapping, MappingKind } from './schema.ts'

/** The headings of a file that needs no mapping: names of fields. */
export const fieldHeadings = (kind: MappingKind): string[] => Object.keys(FIELDS[kind])

/** Whether a file names every field in its headings that a row needs. */
export function isOurs ({ headings }: Table, kind: MappingKind): boolean {
  const keys = new Set(headings.map(keyOf))
  return REQUIRED[kind].every((field) => keys.has(field))
}

/**
 * The mapping of a file whose headings are names of fields, as a template has them. Throws `ProblemError` where a
 * heading is nearly one.
 */
export function implicitMapping ({ headings }: Table, kind: MappingKind): Mapping {
  const there = new Set(headings.map(keyOf))
  const fields: Record<string, Field> = {}
  for (const [at, heading] of headings.entries()) {
    const name = keyOf(heading)
    if (fieldType(kind, name) !== undefined) {
      fields[name] = { column: heading }
      continue
    }
    const near = name === '' ? undefined : nearest(name, fieldHeadings(kind))
    if (near !== undefined && !there.has(near)) {
      throw new ProblemError(
        'unknown-column', `The heading "${shownHeading(heading, at)}" is no field of an ${kind}; did you mean ${near}?`
      )
    }
  }
  return { kind, fields }
}
