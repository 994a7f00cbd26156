import type { Poster, Receipt, RowFault } from './post.ts'

interface Rejections { data: Array<{ line?: number | null, errors: RowFault[] }>, links?: { next?: string | null } }

/** All that was wrong with the rows of a batch. A receipt has the first hundred, the quarantine the rest. */
export async function faultsOf (poster: Poster, receipt: string): Promise<RowFault[]> {
  const first = await poster.read(`/v1/receipts/${receipt}`) as Receipt | undefined
  if (first === undefined) return []
  if (first.errors_total <= first.errors.length) return first.errors
  const faults: RowFault[] = []
  let search: string | undefined = `?receipt=${receipt}&limit=1000`
  while (search !== undefined) {
    const page = await poster.read(`/v1/rejections${search}`) as Rejections | undefined
    if (page === undefined) return first.errors // of a version that keeps none
    faults.push(...page.data.flatMap(({ line, errors }) =>
      errors.map((fault) => ({ ...typeof line === 'number' && { line }, ...fault }))))
    // The link has the path by which a proxy serves the service, and so has the address that the poster begins with.
    const next = page.links?.next
    search = typeof next === 'string' ? new URL(next, 'http://service').search : undefined
  }
  return faults
}
