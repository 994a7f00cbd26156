import type { components } from './contract.ts'

type Problem = components['schemas']['Problem']

/** What the service, or something before it, answered instead of what was asked for. */
export class Refused extends Error {
  readonly status: number
  /** The problem document, where the answer was one. */
  readonly problem: Problem | undefined

  constructor (status: number, problem: Problem | undefined) {
    super(problem?.detail ?? `The answer was ${status} without an explanation; is it the service that answers there?`)
    this.status = status
    this.problem = problem
  }
}

/** No answer came. */
export class Unreachable extends Error {}

interface Answer<T> { data?: T, error?: unknown, response: Response }

/**
 * What a call of the client was answered.
 * @throws Refused for an answer that is no success, Unreachable where there was none.
 */
export async function dataOf<T> (call: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    throw new Unreachable(reasonOf(cause), { cause })
  })
  if (!response.ok) throw new Refused(response.status, isProblem(error) ? error : undefined)
  return data as NonNullable<T>
}

const isProblem = (error: unknown): error is Problem =>
  typeof error === 'object' && error !== null && 'code' in error && 'detail' in error

/** fetch says "fetch failed" whatever it was; the cause knows. */
function reasonOf (error: unknown): string {
  const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException }
  return cause?.code ?? cause?.message ?? message
}
