import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { nearest } from '../catalogue/suggest.ts'
import type { RowError } from '../errors.ts'

/** Says whether a row has the form of a schema, and if not, what is wrong with it, field by field. */
export interface RowCheck<T> {
  fits: (row: unknown) => row is T
  explain: (row: unknown, index: number) => RowError[]
}

/**
 * Compiles a schema for checking rows one by one. `fields` are the names an unknown field may have been meant as;
 * `surelyFits` may spare asking the schema.
 */
export function rowCheck<T extends TSchema> (schema: T, fields: readonly string[], surelyFits: (row: unknown) => boolean = () => false): RowCheck<Static<T>> {
  const validator = Compile(schema)
  return {
    fits: (row): row is Static<T> => surelyFits(row) || validator.Check(row),
    explain: (row, index) => {
      if (typeof row !== 'object' || row === null || Array.isArray(row)) {
        return [{ index, pointer: '', code: 'not-an-object', detail: 'The row is not a JSON object; send each event as an object.' }]
      }
      const errors = [...validator.Errors(row)].flatMap((error) => toRowErrors(error as SchemaError, index, fields))
      return [...new Map(errors.map((error) => [error.pointer, error])).values()] // the first word on each field is enough
    }
  }
}

interface SchemaError { keyword: string, instancePath: string, message: string, params: Record<string, unknown> }

function toRowErrors ({ keyword, instancePath, message, params }: SchemaError, index: number, fields: readonly string[]): RowError[] {
  const names = (key: string): string[] => [params[key]].flat().filter((name): name is string => typeof name === 'string')
  if (keyword === 'required') {
    return names('requiredProperties').map((name) => ({ index, pointer: `${instancePath}/${name}`, code: 'missing-field', detail: `${name} is missing; every event needs it.` }))
  }
  if (keyword === 'additionalProperties') {
    return names('additionalProperties').map((name) => {
      const near = nearest(name, fields)
      return { index, pointer: `${instancePath}/${escape(name)}`, code: 'unknown-field', detail: `${JSON.stringify(name)} is not a field of an event.${near === undefined ? ' Remove it.' : ` Did you mean ${near}?`}` }
    })
  }
  if (keyword === 'boolean') return [] // the other half of additionalProperties
  const field = instancePath.slice(1).replaceAll('/', '.')
  const allowed = Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : ''
  return [{ index, pointer: instancePath, code: 'invalid-value', detail: `${field} ${message}${allowed}${HINTS[field] ?? ''}.` }]
}

const HINTS: Record<string, string> = {
  occurred_at: ' (RFC 3339 with an offset, such as 2014-05-27T08:31:00+01:00)',
  id: ' (1 to 128 printable ASCII characters without spaces)',
  street: ' (a USRN: a whole number of up to 8 digits)'
}

function escape (name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
