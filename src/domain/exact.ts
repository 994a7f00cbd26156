import { ProblemError } from '../errors.ts'

/** A sum beyond 2^53 is refused, not rounded in silence: as the pool's own parsers do. */
export function exact (sum: number): number {
  if (Math.abs(sum) > Number.MAX_SAFE_INTEGER) {
    throw new ProblemError(
      'sum-too-large',
      'A sum of the answer is beyond 2^53, where numbers of JSON are not exact; ask for shorter periods.'
    )
  }
  return sum
}

export const isTooLarge = (error: unknown): error is ProblemError =>
  error instanceof ProblemError && error.code === 'sum-too-large'
