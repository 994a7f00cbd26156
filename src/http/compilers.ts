import AjvCompiler from '@fastify/ajv-compiler'
import SerializerSelector from '@fastify/fast-json-stringify-compiler'
import type { AnySchema } from 'ajv'

// Compiled when a route is first used: all of them at once would be half of the time that a start takes.

/**
 * Fastify's one Ajv coerces everywhere; a body's 5 must not pass as "5", while a query string has nothing but text.
 * The declared type of a factory's result leaves out the `httpPart` that Fastify passes, hence the casts.
 */
export const buildValidator = ((externalSchemas, options) => {
  const validatorFor = (coerceTypes: false | 'array') => lazy(() => AjvCompiler()(externalSchemas, {
    ...options, customOptions: { ...options?.customOptions, coerceTypes, removeAdditional: false }
  } as typeof options))
  const [bodies, texts] = [validatorFor(false), validatorFor('array')]
  return (route: AnySchema) => {
    const compiled = lazy(() => ((route as { httpPart?: string }).httpPart === 'body' ? bodies() : texts())(route))
    const validate = (data: unknown): unknown => {
      const valid = compiled()(data)
      validate.errors = (compiled() as { errors?: unknown }).errors
      return valid
    }
    validate.errors = undefined as unknown
    return validate as unknown as ReturnType<ReturnType<ReturnType<typeof AjvCompiler>>>
  }
}) satisfies ReturnType<typeof AjvCompiler>

export const buildSerializer = ((externalSchemas, options) => {
  const compiler = lazy(() => SerializerSelector()(externalSchemas, options))
  return (route) => {
    const compiled = lazy(() => compiler()(route))
    return (document: unknown) => compiled()(document)
  }
}) satisfies ReturnType<typeof SerializerSelector>

function lazy<T> (make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}
