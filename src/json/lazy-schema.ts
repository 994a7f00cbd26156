import { createRequire } from 'node:module'
import type { Static, TSchema } from 'typebox'
import type { Validator } from 'typebox/compile'
import { pointerName } from './json-pointer.ts'

const require = createRequire(import.meta.url)
/**
 * Of one value: no answer lists more, and the compiler's own bound of 8 is less than a value may have unknown fields.
 */
const MOST_ERRORS = 100

function compiler (): typeof import('typebox/compile') {
  const { Settings } = require('typebox/system') as typeof import('typebox/system')
  Settings.Set({ maxErrors: MOST_ERRORS })
  return require('typebox/compile') as typeof import('typebox/compile')
}

/**
 * A schema's compiled check, made when it is first asked: loading the compiler would be a sixth of the time that a
 * start takes.
 */
export function lazySchema<T extends TSchema> (
  schema: T
): { check: (value: unknown) => value is Static<T>, errors: (value: unknown) => SchemaError[] } {
  let compiled: Validator | undefined
  const validator = (): Validator => (compiled ??= compiler().Compile<TSchema>(schema))
  return {
    check: (value): value is Static<T> => validator().Check(value),
    errors: (value) => ([...validator().Errors(value)] as SchemaError[]).flatMap(toUnknownField)
  }
}

/** Loads the compiler ahead of the first row that needs it. */
export function warmSchemas (): void {
  compiler()
}

/** What a schema finds wrong with a value, as JSON Schema validators say it. */
export interface SchemaError { keyword: string, instancePath: string, message: string, params: Record<string, unknown> }

/**
 * What `additionalProperties` refuses is said first field by field, of the schema `false`, then once of them all,
 * unless that lies beyond the bound: kept is what is said of each, as an error of `additionalProperties` that names one
 * field.
 */
function toUnknownField (error: SchemaError): SchemaError[] {
  if (error.keyword === 'additionalProperties') return []
  if (error.keyword !== 'boolean') return [error]
  const end = error.instancePath.lastIndexOf('/')
  const name = pointerName(error.instancePath.slice(end + 1))
  return [{
    ...error,
    keyword: 'additionalProperties',
    instancePath: error.instancePath.slice(0, end),
    params: { additionalProperties: [name] }
  }]
}

/** The names that an error is about, such as the required properties that are missing. */
export function namesIn ({ params }: SchemaError, key: string): string[] {
  return [params[key]].flat().filter((name): name is string => typeof name === 'string')
}

/** The end of an error's message: the values that there are to choose from. */
export function choiceIn ({ params }: SchemaError): string {
  return Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : ''
}
