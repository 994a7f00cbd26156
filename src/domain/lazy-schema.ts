import { createRequire } from 'node:module'
import type { Static, TSchema } from 'typebox'
import type { Validator } from 'typebox/compile'

const require = createRequire(import.meta.url)
const compiler = () => require('typebox/compile') as typeof import('typebox/compile')

/** A schema's compiled check, made when it is first asked: loading the compiler would be a sixth of the time that a start takes. */
export function lazySchema<T extends TSchema> (schema: T): { check: (value: unknown) => value is Static<T>, errors: (value: unknown) => SchemaError[] } {
  let compiled: Validator | undefined
  const validator = (): Validator => (compiled ??= compiler().Compile<TSchema>(schema))
  return {
    check: (value): value is Static<T> => validator().Check(value),
    errors: (value) => [...validator().Errors(value)] as SchemaError[]
  }
}

/** Loads the compiler ahead of the first row that needs it. */
export function warmSchemas (): void {
  compiler()
}

/** What a schema finds wrong with a value, as JSON Schema validators say it. */
export interface SchemaError { keyword: string, instancePath: string, message: string, params: Record<string, unknown> }

/** The names that an error is about, such as the required properties that are missing. */
export function namesIn ({ params }: SchemaError, key: string): string[] {
  return [params[key]].flat().filter((name): name is string => typeof name === 'string')
}

/** The end of an error's message: the values that there are to choose from. */
export function choiceIn ({ params }: SchemaError): string {
  return Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : ''
}
