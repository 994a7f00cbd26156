import type { Type as TypeBox } from 'typebox'

type Schema = Record<string, unknown>

/** Properties that may be left out. */
const optional = new WeakSet<Schema>()
const simple = (type: string) => (options?: Schema): Schema => ({ type, ...options })

const builders = {
  String: simple('string'),
  Integer: simple('integer'),
  Number: simple('number'),
  Boolean: simple('boolean'),
  Null: simple('null'),
  Unknown: (options?: Schema): Schema => ({ ...options }),
  Literal: (value: string | number | boolean, options?: Schema): Schema => ({
    type: typeof value,
    const: value,
    ...options
  }),
  Enum: (values: readonly string[], options?: Schema): Schema => ({ enum: values, ...options }),
  Array: (items: Schema, options?: Schema): Schema => ({ type: 'array', items, ...options }),
  Union: (anyOf: Schema[], options?: Schema): Schema => ({ anyOf, ...options }),
  Ref: ($ref: string, options?: Schema): Schema => ({ $ref, ...options }),
  Record: ({ pattern = '^.*$' }: { pattern?: string }, value: Schema, options?: Schema): Schema => ({
    type: 'object', patternProperties: { [pattern]: value }, ...options
  }),
  Object: (properties: Record<string, Schema>, options?: Schema): Schema => {
    const required = Object.keys(properties).filter((name) => !optional.has(properties[name] ?? {}))
    return { type: 'object', ...(required.length > 0 && { required }), properties, ...options }
  },
  Optional: (schema: Schema): Schema => {
    const copy = { ...schema }
    optional.add(copy)
    return copy
  }
}

/**
 * Schemas as plain JSON Schema, written and typed as typebox has it: `Static<typeof schema>` is the type of what fits.
 * Typebox itself would be 683 modules to load at every start, a seventh of the time, for these few lines of it (ADR
 * 24).
 */
export const Type = builders as unknown as Pick<typeof TypeBox, keyof typeof builders>
