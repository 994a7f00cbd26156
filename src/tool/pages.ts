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
