import { html } from 'ghtml'
import type { Rhythm } from '../../domain/rhythm.ts'
import { searchForm, table, type Page } from './layout.ts'
import { pagination } from './pagination.ts'
import { countRanks, rankOf, type FeedOnPage, type State } from './state.ts'
import { count, dayInWords, timeInWords } from './words.ts'

/** So a page stays below 100 kB with its styles. */
const FEEDS_A_PAGE = 50

interface Question { authority: string, page: number }

/** A page of the feeds, late ones first; undefined: there are not so many pages. */
export function statusPage (root: string, state: State, { authority, page }: Question): Page | undefined {
  const wanted = authority.trim().toLowerCase()
  const found = wanted === ''
    ? state.feeds
    : state.feeds.filter(({ authority: { slug, name } }) => slug === wanted || name.toLowerCase().includes(wanted))
  const pages = Math.max(1, Math.ceil(found.length / FEEDS_A_PAGE))
  if (page > pages) return undefined
  const shown = found.slice((page - 1) * FEEDS_A_PAGE, page * FEEDS_A_PAGE)
  const totals = found === state.feeds ? state.summary.ofRank : countRanks(found)
  const sections = SECTIONS.map((section, rank) => ({
    ...section, rank, total: totals[rank] ?? 0, feeds: shown.filter((feed) => rankOf(feed) === rank)
  }))
  const addressOf = (page: number): string =>
    `${root}status?${new URLSearchParams({ ...wanted !== '' && { authority }, page: String(page) }).toString()}`
  return {
    title: `Status${page > 1 ? `, page ${page} of ${pages}` : ''}`,
    current: 'status',
    above: [['', 'Home']],
    body: html`<h1 class="govuk-heading-xl">Status</h1>
<p class="govuk-body-l">What comes in from councils’ systems, and what is late.</p>
<p class="govuk-body">A feed is one service of one authority, as one system sends it. Worked out on ${timeInWords(state.madeAt)}. ${lastRelease(state)}</p>
!${searchForm({ name: 'authority', label: 'Name of a council or another authority', value: authority, button: 'Show', address: `${root}status` })}
!${found.length === 0
  ? html`<p class="govuk-body">${wanted === '' ? 'Nothing is published here yet.' : `Nothing comes in of an authority like “${authority.trim()}”.`}</p>`
  : html`<p class="govuk-body">${count(found.length, 'feed')}: ${inShort(sections)}.</p>`}
!${sections.filter(({ feeds }) => feeds.length > 0).map(({ title, total, feeds, rank }) => table({
  id: `feeds-${rank}`,
  caption: `${title} (${total.toLocaleString('en-GB')})`,
  headers: ['Authority and service', 'How it is', 'Newest day', 'System'],
  rows: feeds.map(cellsOf)
}))}
!${pagination(page, pages, addressOf)}
<p class="govuk-body">The same as data: <a class="govuk-link" href="${root}v1/feeds">JSON</a>,
<a class="govuk-link" href="${root}v1/feeds?format=csv">CSV</a>.
<a class="govuk-link" href="${root}docs/guides/feeds">When a feed is late</a> says how that is known.</p>`
  }
}

/** By rank. */
const SECTIONS = [
  { title: 'Late', word: 'late' },
  { title: 'In time', word: 'in time' },
  { title: 'Not known yet', word: 'of which it is not known yet' }
]

const inShort = (sections: ReadonlyArray<{ rank: number, word: string, total: number }>): string =>
  sections.filter(({ rank, total }) => rank === 0 || total > 0).map(({ word, total }) =>
    `${total === 0 ? 'none' : total.toLocaleString('en-GB')} ${word}`).join(', ')

const lastRelease = ({ release }: State): string => release === null
  ? 'No figures of wards and streets were released yet.'
  : `Figures of wards and streets were released last on ${timeInWords(release.madeAt)}.`

const RHYTHMS: Record<Rhythm, string> = {
  day: 'comes every day',
  weekday: 'comes every working day',
  week: 'comes every week',
  month: 'comes every month',
  quarter: 'comes every quarter',
  year: 'comes every year',
  irregular: 'comes now and then'
}

function cellsOf (feed: FeedOnPage): string[] {
  const { authority, service, source, newest, rhythm, daysLate } = feed
  return [
    html`${authority.name}: <span class="lpp-plain">${service.title}</span>`,
    daysLate === null || rhythm === null
      ? 'Too little has come in to say'
      : daysLate > 0
        ? html`<strong class="govuk-tag govuk-tag--red">${count(daysLate, 'day')} late</strong><br>${RHYTHMS[rhythm]}`
        : html`In time; ${RHYTHMS[rhythm]}`,
    html`${dayInWords(newest)}`,
    source === null ? 'Not known' : html`${source}`
  ]
}
