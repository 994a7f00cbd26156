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

/** Values that only a service can give, such as ids, by the operation that takes them and its parameter. */
export type Made = Record<string, Record<string, string>>

/** Every operation of a contract with its example: one request for each media type that its body has. */
export function shownRequests (contract: any, made: Made = {}): Shown[] {
  return Object.entries<any>(contract.paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).flatMap(([method, operation]) => requestsOf(path, method, operation, made)))
}

function requestsOf (path: string, method: string, operation: any, made: Made): Shown[] {
  const { operationId: id, parameters = [], requestBody } = operation
  const query = new URLSearchParams()
  const headers: Record<string, string> = { accept: '*/*' } // as every client of HTTP says
  let url = path
  for (const { in: where, name, example } of parameters) {
    const value = made[id]?.[name] ?? example
    if (value === undefined) continue
    if (where === 'path') url = url.replace(`{${name as string}}`, encodeURIComponent(value))
    else if (where === 'query') for (const one of [value].flat()) query.append(name, String(one))
    else headers[name] = String(value)
  }
  if (query.size > 0) url += `?${query.toString()}`
  const common = {
    id,
    method: method.toUpperCase() as Shown['method'],
    url,
    permission: operation['x-permission'],
    shows: operation['x-example-shows'],
    responses: `/paths/${path.replaceAll('/', '~1')}/${method}/responses`
  }
  const contents = Object.entries<any>(requestBody?.content ?? {}).filter(([, { schema }]) =>
    schema?.contentMediaType !== 'application/octet-stream')
  if (contents.length === 0) return [{ ...common, headers, payload: undefined }]
  return contents.flatMap(([type, { example, examples }]) => {
    const values = Object.values<any>(examples ?? { example: { value: example } }).map(({ value }) => value)
    return values.map((value) => ({
      ...common,
      headers: { ...headers, 'content-type': type },
      payload: value === undefined || (typeof value === 'string' && !/[/+]json$/.test(type)) ? value : JSON.stringify(value)
    }))
  })
}
