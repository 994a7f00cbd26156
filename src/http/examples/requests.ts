/** One request as the contract shows it, with what the contract says of its operation. */
export interface Shown {
  id: string
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  headers: Record<string, string>
  payload: string | undefined
  permission: string
  /** The error that it is there to show. */
  shows: number | undefined
  /** JSON pointer of its responses. */
  responses: string
}

/** What is looked at of a contract. */
export interface Contract {
  paths: Record<string, Record<string, Operation>>
}
interface Operation {
  operationId: string
  'x-permission': string
  'x-example-shows'?: number
  parameters?: Array<{ in: string, name: string, example?: Value | Value[] }>
  requestBody?: { content: Record<string, Body> }
}
type Value = string | number | boolean
interface Body {
  schema?: { contentMediaType?: string }
  example?: unknown
  examples?: Record<string, { value?: unknown }>
}

/** Every operation of a contract with its example: one request for each example of each media type of its body. */
export function shownRequests (contract: Contract): Shown[] {
  return Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => requestsOf(path, method, operation)))
}

function requestsOf (path: string, method: string, operation: Operation): Shown[] {
  const query = new URLSearchParams()
  const headers: Record<string, string> = { accept: '*/*' } // as every client of HTTP says
  let url = path
  for (const { in: where, name, example } of operation.parameters ?? []) {
    if (example === undefined) continue
    if (where === 'path') url = url.replace(`{${name}}`, encodeURIComponent(String(example)))
    else if (where === 'query') for (const one of [example].flat()) query.append(name, String(one))
    else headers[name] = String(example)
  }
  if (query.size > 0) url += `?${query.toString()}`
  const common = {
    id: operation.operationId,
    method: method.toUpperCase() as Shown['method'],
    url,
    permission: operation['x-permission'],
    shows: operation['x-example-shows'],
    responses: `/paths/${path.replaceAll('/', '~1')}/${method}/responses`
  }
  // A file of bytes, such as a workbook, cannot be shown.
  const bodies = Object.entries(operation.requestBody?.content ?? {})
    .filter(([, { schema }]) => schema?.contentMediaType === undefined)
  if (bodies.length === 0) return [{ ...common, headers, payload: undefined }]
  return bodies.flatMap(([type, { example, examples = { only: { value: example } } }]) =>
    Object.values(examples).map(({ value }) => ({
      ...common, headers: { ...headers, 'content-type': type }, payload: payloadOf(type, value)
    })))
}

const payloadOf = (type: string, value: unknown): string | undefined =>
  value === undefined || (typeof value === 'string' && !/[/+]json$/.test(type)) ? value : JSON.stringify(value)
