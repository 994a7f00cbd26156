/**
 * The contract as generators of clients read it. The routes' own schemas say what is checked here; what a generator
 * asks beyond that is one rule for all of them, so that no route can forget it:
 * - what has a default may be left out;
 * - every enumeration has a type, and a value that may be null is of two types rather than a choice of two schemas;
 * - JSON bodies are components with a name, not shapes without one that differ by address;
 * - where no body is taken, whoever sends one is told so.
 */
interface Schema {
  $ref?: string
  type?: string | string[]
  title?: string
  enum?: unknown[]
  anyOf?: Schema[]
  allOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  default?: unknown
  description?: string
}

type Content = Record<string, { schema?: Schema }>
interface Operation {
  operationId?: string
  parameters?: Array<{ required?: boolean, schema?: Schema }>
  requestBody?: { required?: boolean, content: Content }
  responses?: Record<string, { content?: Content }>
}
interface Contract {
  paths?: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

export function forGenerators<T extends object> (document: T): T {
  const contract = structuredClone(document) as Contract
  const operations = Object.values(contract.paths ?? {}).flatMap((path) => Object.values(path))
  operations.forEach(letBeLeftOut)
  refuseBodies(contract)
  tidy(contract, '')
  const name = namesIn(contract.components?.schemas ?? {})
  for (const { operationId = '', requestBody, responses = {} } of operations) {
    const base = operationId.charAt(0).toUpperCase() + operationId.slice(1)
    name(requestBody?.content, `${base}Body`)
    for (const { content } of Object.values(responses)) name(content, `${base}Answer`)
  }
  return contract as T
}

/** The 415 of those that take another body, for those that take none. */
function refuseBodies ({ paths = {} }: Contract): void {
  const written = Object.entries(paths).filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([, methods]) => Object.entries(methods))
    .flatMap(([method, { responses }]) => method === 'get' || responses === undefined ? [] : [responses])
  const refusal = written.find((responses) => responses['415'] !== undefined)?.['415']
  if (refusal === undefined) return
  for (const responses of written) responses['415'] ??= structuredClone(refusal)
}

/** What a request need not have: parameters and members with a default, and a body that may be null. */
function letBeLeftOut ({ parameters = [], requestBody }: Operation): void {
  for (const parameter of parameters) {
    if (parameter.schema !== undefined && 'default' in parameter.schema) parameter.required = false
  }
  for (const media of Object.values(requestBody?.content ?? {})) {
    const given = media.schema?.anyOf?.filter(({ type }) => type !== 'null')
    if (given?.length === 1 && media.schema?.anyOf?.length === 2 && requestBody !== undefined) {
      requestBody.required = false
      media.schema = { ...media.schema, ...given[0] }
      delete media.schema.anyOf
    }
    const { properties = {}, required } = media.schema ?? {}
    if (media.schema !== undefined && required !== undefined) {
      media.schema.required = required.filter((key) => !('default' in (properties[key] ?? {})))
    }
  }
}

const VALUES = ['example', 'examples', 'default', 'enum']

/** Every schema below, the innermost first. */
function tidy (node: unknown, parent: string): void {
  if (typeof node !== 'object' || node === null) return
  for (const [key, inner] of Object.entries(node)) {
    if (parent === 'properties' || !VALUES.includes(key)) tidy(inner, key)
  }
  if (Array.isArray(node) || parent === 'properties') return
  const schema = node as Schema
  if (Array.isArray(schema.enum) && schema.type === undefined) {
    const types = [...new Set(schema.enum.map(typeOf))]
    schema.type = types.length === 1 ? types[0] ?? 'string' : types
  }
  joinNull(schema)
}

/** `anyOf: [{ type: string, … }, { type: null }]` as `type: [string, null]`; a reference stays a choice. */
function joinNull (schema: Schema): void {
  const other = schema.anyOf?.find(({ type }) => type !== 'null')
  if (schema.anyOf?.length !== 2 || typeof other?.type !== 'string') return
  if (!schema.anyOf.some(({ type }) => type === 'null')) return
  const { anyOf, ...outer } = schema
  delete schema.anyOf
  Object.assign(schema, other, outer, { type: [other.type, 'null'] })
  if (other.enum !== undefined) schema.enum = [...other.enum, null]
}

function typeOf (value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}

/** Moves JSON bodies that have no name to the components; equal ones that would have the same name share it. */
function namesIn (components: Record<string, Schema>) {
  return (content: Content | undefined, fallback: string): void => {
    for (const [type, media] of Object.entries(content ?? {})) {
      const { schema } = media
      if (schema === undefined || !/[/+]json$/.test(type) || isNamed(schema)) continue
      const { title, ...unnamed } = schema
      const free = [title ?? nameOf(schema) ?? fallback, fallback].find((name) =>
        components[name] === undefined || shapeOf(components[name]) === shapeOf(unnamed)
      )
      if (free === undefined) throw new Error(`${fallback} is the name of two schemas: give one of them a title`)
      components[free] ??= unnamed
      media.schema = { $ref: `#/components/schemas/${free}` }
    }
  }
}

const isNamed = ({ $ref, items }: Schema): boolean => $ref !== undefined || items?.$ref !== undefined
const shapeOf = (schema: Schema): string => JSON.stringify({ ...schema, description: undefined })
const ofRef = (ref: string | undefined): string | undefined => ref?.split('/').at(-1)

/** Of what many addresses answer alike: one thing with its licence, and lists of things. */
function nameOf ({ allOf, properties }: Schema): string | undefined {
  const one = ofRef(allOf?.[0]?.$ref)
  if (one !== undefined) return `Licensed${one}`
  const item = ofRef(properties?.['data']?.items?.$ref)
  return item === undefined ? undefined : `${item}${properties?.['next'] === undefined ? 'List' : 'Page'}`
}
