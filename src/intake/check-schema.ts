import type { Static, TObject } from 'typebox'
import { nearest } from '../catalogue/suggest.ts'
import { tidyRow } from '../domain/tidy.ts'
import { pointerPart } from '../json/json-pointer.ts'
import { choiceIn, lazySchema, namesIn, type SchemaError } from '../json/lazy-schema.ts'
import type { RowError } from '../errors.ts'

/** Says whether a row has the form of a schema, and if not, what is wrong with it, field by field. */
export interface RowCheck<T> {
  fits: (row: unknown) => row is T
  /** A row as it is meant; of one that fits nothing but names may differ. */
  tidy?: (row: unknown) => unknown
  explain: (row: unknown, index: number) => RowError[]
}

/** Compiles a schema for checking rows one by one. */
export function rowCheck<T extends TObject> (schema: T, what: string): RowCheck<Static<T>> {
  const { check, errors } = lazySchema(schema)
  const fields = Object.keys(schema.properties)
  const known = new Set(fields)
  return {
    fits: check,
    tidy: (row) => tidyRow(row, known),
    explain: (row, index) => {
      if (typeof row !== 'object' || row === null || Array.isArray(row)) {
        return [{
          index,
          pointer: '',
          code: 'not-an-object',
          detail: `The row is not a JSON object; send each ${what} as an object.`
        }]
      }
      const found = errors(row).flatMap((error) => toRowErrors(error, index, fields, what))
      // The first word on each field is enough.
      return [...new Map(found.map((error) => [error.pointer, error])).values()]
    }
  }
}

function toRowErrors (error: SchemaError, index: number, fields: readonly string[], what: string): RowError[] {
  const { keyword, instancePath, message } = error
  if (keyword === 'required') {
    return namesIn(error, 'requiredProperties').map((name) => ({
      index,
      pointer: `${instancePath}/${name}`,
      code: 'missing-field',
      detail: `${name} is missing; every ${what} needs it.`
    }))
  }
  if (keyword === 'additionalProperties') {
    return namesIn(error, 'additionalProperties').map((name) => {
      const near = nearest(name, fields)
      return {
        index,
        pointer: `${instancePath}/${pointerPart(name)}`,
        code: 'unknown-field',
        detail: WRITTEN.has(name)
          ? `${name} is the platform's own to say; leave it out.`
          : `${JSON.stringify(name)} is not a field of an ${what}.` +
            (near === undefined ? ' Remove it.' : ` Did you mean ${near}?`)
      }
    })
  }
  const field = instancePath.slice(1).replaceAll('/', '.')
  return [{
    index,
    pointer: instancePath,
    code: 'invalid-value',
    detail: `${field} ${message}${choiceIn(error)}${HINTS[field] ?? ''}.`
  }]
}

/** What answers say beside what was sent: whoever sends back what they read leaves it out. */
const WRITTEN = new Set(['local_date', 'voided_at', 'receipt', 'history'])

const HINTS: Record<string, string> = {
  occurred_at: ' (RFC 3339 with an offset, such as 2014-05-27T08:31:00+01:00)',
  id: ' (1 to 128 printable ASCII characters without spaces)',
  revision: ' (a whole number that rises: 2, or a time as 20261128103000 or in milliseconds since 1970)',
  street: ' (a USRN: a whole number of up to 8 digits)'
}
