/** Rows of one statement: more would be encoded, and their answer read, in one go that holds up everybody else. */
export const STATEMENT_ROWS = 1000

/** Rows in pieces, in their order. */
export function * piecesOf<T> (rows: readonly T[], size = STATEMENT_ROWS): Generator<T[]> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size)
}

/** What `work` answers for pieces of the rows, one after the other, joined. */
export async function inPieces<T, Result> (
  rows: readonly T[], work: (some: T[]) => Promise<Iterable<Result>>
): Promise<Result[]> {
  const results: Result[] = []
  for (const some of piecesOf(rows)) for (const result of await work(some)) results.push(result)
  return results
}
