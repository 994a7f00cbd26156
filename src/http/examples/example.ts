/** One request that works: what a person who presses Send has sent. */
export interface Example {
  /** Of the address; left out: as the route's own schema shows it. */
  path?: Record<string, string | number>
  /** All of the query that the request has. What is not here is not sent. */
  query?: Record<string, string | number | boolean | string[]>
  /** Headers, besides the token and the type of the body. */
  headers?: Record<string, string>
  /** Its body as JSON; left out: the first that the schema shows. */
  body?: unknown
  /** The error that it is there to show; left out: it succeeds. */
  shows?: number
}
export type Examples = Record<string, Example>
