import MiniSearch from 'minisearch'
import type { Guide } from './guide.ts'
import { sectionsOf, type Section } from './sections.ts'

export interface Found { section: Section, excerpt: string }
export type Search = (words: string) => Found[]

const EXCERPT = 220
/** Sections that are put into the index before others have their turn. */
const AT_ONCE = 40

/** Indexes the guides. Sections that have all words come first; where none has, those that have some. */
export async function openSearch (guides: Iterable<Guide>): Promise<Search> {
  const sections = sectionsOf(guides)
  const index = new MiniSearch<Section>({
    fields: ['title', 'heading', 'text'],
    searchOptions: {
      boost: { heading: 3, title: 2 },
      prefix: (term) => term.length > 2,
      fuzzy: (term) => term.length > 4 && 0.2
    }
  })
  await index.addAllAsync(sections, { chunkSize: AT_ONCE })
  return (words) => {
    const all = index.search(words, { combineWith: 'AND' })
    const results = all.length > 0 ? all : index.search(words)
    return results.flatMap(({ id, terms }) => {
      const section = sections[id as number]
      return section === undefined ? [] : { section, excerpt: excerptOf(section.text, terms) }
    })
  }
}

/** What stands around the first word that was found. */
function excerptOf (text: string, terms: readonly string[]): string {
  const lower = text.toLowerCase()
  const first = Math.min(...terms.map((term) => lower.indexOf(term)).filter((at) => at >= 0))
  const at = Number.isFinite(first) ? Math.max(0, text.lastIndexOf(' ', Math.max(0, first - 60))) : 0
  const end = text.length - at > EXCERPT ? text.lastIndexOf(' ', at + EXCERPT) : text.length
  return `${at > 0 ? '… ' : ''}${text.slice(at, end).trim()}${end < text.length ? ' …' : ''}`
}
