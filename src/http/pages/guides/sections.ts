import GithubSlugger from 'github-slugger'
import { Lexer } from 'marked'
import type { Guide } from './guide.ts'

/** A heading of a guide, and what stands below it: what a search finds. */
export interface Section { id: number, name: string, title: string, heading: string, anchor: string, text: string }

/** The sections of all guides, in order. */
export function sectionsOf (guides: Iterable<Guide>): Section[] {
  let id = 0
  return [...guides].flatMap(({ name, title, markdown }) => {
    const slugger = new GithubSlugger()
    const sections: Section[] = []
    for (const token of new Lexer().lex(markdown)) {
      if (token.type === 'heading') {
        const heading = plain(token['text'] as string)
        sections.push({ id: id++, name, title, heading, anchor: slugger.slug(heading), text: '' })
        continue
      }
      const section = sections.at(-1)
      if (section !== undefined) section.text = `${section.text} ${plain(token.raw)}`.trim()
    }
    return sections
  })
}

/** Text without the marks of Markdown. */
const plain = (markdown: string): string => markdown
  .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*|#]|-{3,}/g, ' ').replaceAll(/\s+/g, ' ').trim()
