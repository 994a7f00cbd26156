import { createRequire } from 'node:module'
import type AjvCompilerOf from '@fastify/ajv-compiler'
import type SerializerSelectorOf from '@fastify/fast-json-stringify-compiler'
import type { AnySchema } from 'ajv'

// Compiled, and the compilers loaded, when a route is first used: at once it would be half of the time that a start
// takes.
const require = createRequire(import.meta.url)
const ajvCompiler = lazy(() => (require('@fastify/ajv-compiler') as typeof AjvCompilerOf)())
const serializerSelector = lazy(() =>
  (require('@fastify/fast-json-stringify-compiler') as typeof SerializerSelectorOf)()
)

/** Loads what compiles schemas ahead of the first request that needs it. */
export function warmCompilers (): void {
  ajvCompiler()
  serializerSelector()
}

/**
 * Fastify's one Ajv coerces everywhere; a body's 5 must not pass as "5", while a query string has nothing but text.
 * The declared type of a factory's result leaves out the `httpPart` that Fastify passes, hence the casts.
 */
export const buildValidator = ((externalSchemas, options) => {
  const validatorFor = (coerceTypes: false | 'array') =>
    lazy(() =>
      ajvCompiler()(
        externalSchemas,
        {
          ...options,
          customOptions: { ...options?.customOptions, coerceTypes, removeAdditional: false }
        } as typeof options
      )
    )
  const [bodies, texts] = [validatorFor(false), validatorFor('array')]
  return (route: AnySchema) => {
    const compiled = lazy(() => ((route as { httpPart?: string }).httpPart === 'body' ? bodies() : texts())(route))
    const validate = (data: unknown): unknown => {
      const valid = compiled()(data)
      validate.errors = (compiled() as { errors?: unknown }).errors
      return valid
    }
    validate.errors = undefined as unknown
    return validate as unknown as ReturnType<ReturnType<ReturnType<typeof AjvCompilerOf>>>
  }
}) satisfies ReturnType<typeof AjvCompilerOf>

export const buildSerializer = ((externalSchemas, options) => {
  const compiler = lazy(() => serializerSelector()(externalSchemas, options))
  return (route) => {
    const compiled = lazy(() => compiler()(route))
    return (document: unknown) => compiled()(document)
  }
}) satisfies ReturnType<typeof SerializerSelectorOf>

function lazy<T> (make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}
