import type { Example, Examples } from './example.ts'

/** What is looked at of a contract. */
interface Schema { $ref?: string, enum?: unknown, example?: unknown, examples?: unknown[], items?: Schema }
interface Shown { schema?: Schema, example?: unknown, examples?: Record<string, { value?: unknown }> }
interface Parameter extends Shown { name: string, in: string, required?: boolean, description?: string }
interface Operation {
  operationId?: string
  description?: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, Shown> }
  'x-example-shows'?: number
}
interface Contract {
  paths?: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

/**
 * Gives every operation one whole request. An example on each parameter is no request: together they contradict one
 * another. So a parameter that the request does not have says in its description what its value looks like.
 */
export function withExamples<T extends object> (document: T, examples: Examples): T {
  const { paths = {}, components } = document as Contract
  const unused = new Set(Object.keys(examples))
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    const { operationId = '' } = operation
    unused.delete(operationId)
    apply(operation, exampleOf(examples, operationId), components?.schemas ?? {})
  }
  if (unused.size > 0 && Object.keys(paths).length > 100) {
    throw new Error(`Examples of no operation: ${[...unused].join(', ')}`)
  }
  return document
}

/** The metadata of a table take the same question as the table. */
function exampleOf (examples: Examples, operationId: string): Example {
  const table = /^describe([A-Z].*)$/.exec(operationId)?.[1]
  const of = table === undefined ? operationId : table.charAt(0).toLowerCase() + table.slice(1)
  return examples[operationId] ?? examples[of] ?? {}
}

function apply (operation: Operation, example: Example, schemas: Record<string, Schema>): void {
  for (const parameter of operation.parameters ?? []) {
    const own = shownBy(parameter, schemas)
    delete parameter.example
    delete parameter.examples
    if (parameter.schema !== undefined) {
      delete parameter.schema.example
      delete parameter.schema.examples
    }
    const given = { path: example.path, query: example.query, header: example.headers }[parameter.in]?.[parameter.name]
    const value = given ?? (parameter.required === true ? own : undefined)
    if (value !== undefined) parameter.example = listed(parameter, value)
    else if (own !== undefined && parameter.schema?.enum === undefined) mention(parameter, own)
  }
  for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
    const value = /[/+]json$/.test(type) ? example.body ?? shownBy(media, schemas) : shownBy(media, schemas)
    if (value === undefined || media.examples !== undefined) continue
    media.example = value
  }
  if (example.shows !== undefined) {
    operation['x-example-shows'] = example.shows
    operation.description = `${operation.description ?? ''} Nothing has the id of the example, which shows the answer ${
      example.shows}: yours is in the list.`.trim()
  }
}

const listed = ({ schema }: Parameter, value: unknown): unknown =>
  schema?.items !== undefined && !Array.isArray(value) ? [value] : value

function mention (parameter: Parameter, own: unknown): void {
  const { description = '' } = parameter
  const text = [own].flat().join(', ')
  if (!description.includes(text)) parameter.description = `${description} Such as \`${text}\`.`.trim()
}

/** The first value that a part of the contract shows of itself. */
function shownBy ({ example, examples, schema }: Shown, schemas: Record<string, Schema>): unknown {
  return example ?? Object.values(examples ?? {})[0]?.value ?? shownBySchema(schema, schemas)
}

function shownBySchema (schema: Schema | undefined, schemas: Record<string, Schema>): unknown {
  if (schema === undefined) return undefined
  const meant = schema.$ref === undefined ? schema : schemas[schema.$ref.split('/').at(-1) ?? '']
  return schema.example ?? schema.examples?.[0] ?? meant?.example ?? meant?.examples?.[0]
}
