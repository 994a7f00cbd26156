import { html } from 'ghtml'
import { searchForm, type Page } from '../layout.ts'
import { count } from '../words.ts'
import { INDEX, type Guide } from './guide.ts'
import { render, type Heading } from './render.ts'
import type { Found } from './search.ts'

type Guides = ReadonlyMap<string, Guide>

const GUIDES = [['', 'Home'], ['docs/guides', 'Guides']] as const
const MOST_FOUND = 20
/** A guide with fewer sections needs no list of them. */
const LEAST_SECTIONS = 4

const form = (root: string, words: string): string => searchForm({
  name: 'q', label: 'Search the guides', value: words, button: 'Search', address: `${root}docs/guides`
})

/** The list of guides, as docs/README.md has it. */
export function guidesPage (guides: Guides, root: string): Page {
  const index = guides.get(INDEX)
  if (index === undefined) throw new Error(`${INDEX} is not there`)
  const { body } = render(guides, index, root)
  const [heading = '', ...rest] = body.split(/(?<=<\/h1>\n)/)
  return {
    title: 'Guides', current: 'guides', above: GUIDES.slice(0, 1), body: [heading, form(root, ''), ...rest].join('')
  }
}

export function foundPage (root: string, words: string, found: readonly Found[]): Page {
  const shown = found.slice(0, MOST_FOUND)
  return {
    title: `${words}: search of the guides`,
    current: 'guides',
    above: GUIDES,
    body: html`<h1 class="govuk-heading-xl">Search of the guides</h1>
!${form(root, words)}
<h2 class="govuk-heading-m">${found.length === 0 ? `Nothing was found for “${words}”` : count(found.length, 'section')}</h2>
!${found.length === 0 ? html`<p class="govuk-body">Try fewer or other words, or look through <a class="govuk-link" href="${root}docs/guides">all guides</a>.</p>` : ''}
!${found.length > shown.length ? html`<p class="govuk-body">The ${MOST_FOUND} best are shown.</p>` : ''}
<ul class="govuk-list govuk-list--spaced">
!${shown.map(({ section: { name, title, heading, anchor }, excerpt }) => html`<li>
<a class="govuk-link" href="${root}docs/guides/${name}#${anchor}">${heading === title ? title : `${title}: ${heading}`}</a><br>${excerpt}</li>`)}
</ul>`
  }
}

export function guidePage (guides: Guides, guide: Guide, root: string): Page {
  const { body, headings } = render(guides, guide, root)
  const [heading = '', ...rest] = body.split(/(?<=<\/h1>\n)/)
  const above = guide.name.startsWith('adr/') ? [...GUIDES, ['docs/guides/adr', 'Decisions'] as const] : GUIDES
  return {
    title: guide.title, current: 'guides', above, body: [heading, contents(headings), ...rest].join('')
  }
}

function contents (headings: readonly Heading[]): string {
  const sections = headings.filter(({ depth }) => depth === 2)
  if (sections.length < LEAST_SECTIONS) return ''
  return html`<nav aria-label="On this page"><ul class="govuk-list">
!${sections.map(({ text, anchor }) => html`<li><a class="govuk-link" href="#${anchor}">${text}</a></li>`)}
</ul></nav>`
}

/** The list of decisions. */
export function decisionsPage (guides: Guides, root: string): Page {
  const all = [...guides.values()].filter(({ name }) => name.startsWith('adr/'))
  return {
    title: 'Decisions',
    current: 'guides',
    above: GUIDES,
    body: html`<h1 class="govuk-heading-xl">Decisions</h1>
<p class="govuk-body-l">Why the service is as it is, one decision a page.</p>
<ul class="govuk-list govuk-list--spaced">
!${all.map(({ name, title }) => html`<li><a class="govuk-link" href="${root}docs/guides/${name}">${title}</a></li>`)}
</ul>`
  }
}
