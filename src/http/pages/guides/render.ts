import { html } from 'ghtml'
import GithubSlugger from 'github-slugger'
import { Marked, type RendererObject, type Tokens } from 'marked'
import { table } from '../layout.ts'
import type { Guide } from './guide.ts'
import { targetOf } from './link.ts'

export interface Heading { depth: number, text: string, anchor: string }

const SIZES = ['xl', 'l', 'm', 's']

/**
 * A guide as HTML, and its headings. Headings have the anchors that GitHub gives them. HTML within a guide is shown,
 * never taken. `root`: of the service, from the page.
 */
export function render (
  guides: ReadonlyMap<string, Guide>, guide: Guide, root: string
): { body: string, headings: Heading[] } {
  const headings: Heading[] = []
  const slugger = new GithubSlugger()
  let tables = 0
  const renderer: RendererObject = {
    heading ({ depth, tokens }) {
      const text = this.parser.parseInline(tokens, this.parser.textRenderer)
      const anchor = slugger.slug(unescaped(text))
      headings.push({ depth, text: unescaped(text), anchor })
      return html`<h${depth} class="govuk-heading-${SIZES[depth - 1] ?? 's'}" id="${anchor}">!${this.parser.parseInline(tokens)}</h${depth}>\n`
    },
    paragraph ({ tokens }) {
      return html`<p class="govuk-body">!${this.parser.parseInline(tokens)}</p>\n`
    },
    list ({ ordered, items, start }) {
      const inside = items.map((item) => `<li>${this.parser.parse(item.tokens)}</li>`).join('\n')
      const from = ordered && start !== '' && start !== 1 ? html` start="${start}"` : ''
      return ordered
        ? `<ol class="govuk-list govuk-list--number"${from}>${inside}</ol>\n`
        : `<ul class="govuk-list govuk-list--bullet">${inside}</ul>\n`
    },
    table ({ header, rows }: Tokens.Table) {
      tables++
      const cell = ({ tokens }: Tokens.TableCell): string => this.parser.parseInline(tokens)
      return table({
        id: `table-${tables}`,
        caption: `Table ${tables}: ${headings.at(-1)?.text ?? guide.title}`,
        hideCaption: true,
        headers: header.map(cell),
        rows: rows.map((row) => row.map(cell))
      })
    },
    code: ({ text }) => html`<pre class="lpp-code"><code>${text}</code></pre>\n`,
    codespan: ({ text }) => html`<code class="lpp-word">${text}</code>`,
    html: ({ text }) => html`${text}`,
    image: ({ text }) => html`${text}`,
    hr: () => '<hr class="govuk-section-break govuk-section-break--m govuk-section-break--visible">\n',
    link ({ href, tokens }) {
      const words = this.parser.parseInline(tokens)
      if (/^https?:\/\//.test(href)) return html`<a class="govuk-link" href="${href}">!${words}</a>`
      const target = href.startsWith('#') ? href : targetOf(guides, guide, href)
      if (target === undefined) return words
      return html`<a class="govuk-link" href="${target.startsWith('#') ? '' : root}${target}">!${words}</a>`
    }
  }
  const marked = new Marked({ renderer, async: false })
  return { body: marked.parse(guide.markdown, { async: false }), headings }
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const unescaped = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole)
