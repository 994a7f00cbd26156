interface Page<T> { data: T[], next: string | null }

/** All of a list that comes in pages. */
export async function everyPage<T> (ask: (after: { after?: string }) => Promise<Page<T>>): Promise<{ data: T[] }> {
  const data: T[] = []
  for (let after: { after?: string } | undefined = {}; after !== undefined;) {
    const page: Page<T> = await ask(after)
    data.push(...page.data)
    after = page.next === null ? undefined : { after: page.next }
  }
  return { data }
}

interface Linked<T> { data: T[], links: Record<string, string> }

/** The same of a list whose pages link to the next. */
export async function everyLink<T> (ask: (cursor: { cursor?: string }) => Promise<Linked<T>>): Promise<T[]> {
  const data: T[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Linked<T> = await ask(cursor === undefined ? {} : { cursor })
    data.push(...page.data)
    const next = page.links['next']
    cursor = next === undefined ? null : new URL(next, 'http://service').searchParams.get('cursor')
  }
  return data
}
