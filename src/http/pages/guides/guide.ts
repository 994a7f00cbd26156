import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A page of `docs/`, or the README, as it lies in the repository. */
export interface Guide {
  /** In its address: `series`, `adr/0032-releases`. */
  name: string
  /** From the root of the repository. */
  path: string
  title: string
  markdown: string
}

const ROOT = join(import.meta.dirname, '../../../..')
/** The list of all guides: what `/docs/guides` shows. */
export const INDEX = 'docs/README.md'

/** Every guide by its path, in the order of their names. Reads all of them: ask once. */
export async function readGuides (): Promise<Map<string, Guide>> {
  const inDocs = await readdir(join(ROOT, 'docs'), { recursive: true })
  const paths = ['README.md', ...inDocs.filter((path) => path.endsWith('.md')).sort().map((path) =>
    `docs/${path.replaceAll('\\', '/')}`)]
  const guides = await Promise.all(paths.map(async (path): Promise<Guide> => {
    const markdown = await readFile(join(ROOT, path), 'utf8')
    const [, title = path] = /^# (.+)$/m.exec(markdown) ?? []
    return { name: nameOf(path), path, title: title.replaceAll('`', ''), markdown }
  }))
  return new Map(guides.map((guide) => [guide.path, guide]))
}

const nameOf = (path: string): string =>
  path === 'README.md' ? 'readme' : path.replace(/^docs\//, '').replace(/\.md$/, '')
