import openApiFetch, { type Client as OpenApiClient } from 'openapi-fetch'
import type { components, paths } from './contract.ts'

export type { components, operations, paths } from './contract.ts'
export { dataOf, Refused, Unreachable } from './answers.ts'

/** The bodies of the contract by name: `Schemas['Event']`, `Schemas['Receipt']`, `Schemas['Problem']`. */
export type Schemas = components['schemas']

/** Answers as JSON; what is to be had as CSV too is asked for with `parseAs: 'text'`. */
export type Client = OpenApiClient<paths, `${string}/${string}json`>

/** A call of fetch with a request, which the client makes of every call. */
export type Fetch = (request: Request) => Promise<Response>

export interface ClientOptions {
  /** Where the service is, such as `https://performance.example.gov.uk`. */
  url: string
  /** Sent as `Authorization: Bearer`; reading needs none. */
  token?: string | undefined
  /** Another fetch than the global one; with a class of requests of its own, where it takes no others. */
  fetch?: Fetch | undefined
  Request?: typeof Request | undefined
  headers?: Record<string, string>
}

/**
 * A client whose addresses, parameters, bodies and answers have the types of the contract:
 * `await client.GET('/v1/receipts/{id}', { params: { path: { id: '7' } } })` answers `{ data, error, response }`.
 * A call throws where no service answers; `dataOf` makes an error of a refusal as well.
 */
export function createClient ({ url, token, fetch, Request, headers }: ClientOptions): Client {
  return openApiFetch<paths, `${string}/${string}json`>({
    baseUrl: url,
    headers: { ...headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
    ...(fetch !== undefined && { fetch }),
    ...(Request !== undefined && { Request })
  })
}
