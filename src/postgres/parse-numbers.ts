/**
 * The numbers of an array as Postgres writes it, without nulls. As the pool's own parsers: one beyond 2^53 must not be
 * rounded in silence.
 */
export function parseNumbers (array: string): number[] {
  const numbers = JSON.parse(`[${array.slice(1, -1)}]`) as number[]
  if (!numbers.every(Number.isSafeInteger)) throw new RangeError('a sum is beyond 2^53')
  return numbers
}
