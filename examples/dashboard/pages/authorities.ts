import { html } from 'ghtml'
import { link, table } from '../html.ts'
import { pathOf, type Page, type Visit } from '../visit.ts'
import { day } from '../words.ts'

/** The authorities that report: those with a feed. */
export async function authoritiesPage ({ api, to }: Visit): Promise<Page> {
  const [feeds, names] = await Promise.all([api.feeds(), api.authorityNames()])
  const named = feeds.map((feed) => ({ ...feed, name: names.get(feed.authority) ?? feed.authority }))
    .sort((a, b) => a.name.localeCompare(b.name))
  const rows = [...Map.groupBy(named, ({ authority }) => authority)].map(([slug, of]) => [
    link(to(pathOf(slug)), of[0]?.name ?? slug),
    String(new Set(of.map(({ service }) => service)).size),
    of.map(({ newest_day: newest }) => newest).sort().slice(-1).map(day).join(''),
    String(of.filter(({ days_late: late }) => late !== null && late > 0).length)
  ])
  return {
    title: 'Authorities that report',
    body: rows.length === 0
      ? '<p>Nobody has sent a figure yet.</p>'
      : html`<p>${rows.length} of the ${names.size} authorities of today report one service or more.</p>
!${table('authorities', 'Who reports', ['Authority', 'Services', 'Newest day', 'Late feeds'], rows)}`
  }
}

/** One authority's services that are reported. */
export async function authorityPage ({ api, to }: Visit, slug: string): Promise<Page> {
  const [authority, titles] = await Promise.all([api.authority(slug), api.serviceTitles()])
  const { services } = authority
  const reported = services.filter(({ newest_day: newest }) => newest !== null)
  const rows = reported.map(({ service, newest_day: newest, days_late: late, completeness, delivers }) => [
    link(to(pathOf(authority.slug, service)), titles.get(service) ?? service),
    day(newest ?? ''),
    late === null || late === 0 ? 'No' : `${late} ${late === 1 ? 'day' : 'days'}`,
    `${Math.round(completeness * 100)}%`,
    delivers === 'via-other-body' ? 'Another body' : 'The authority'
  ])
  const headers = ['Service', 'Newest day', 'Late', 'Days of the last 91 with a report', 'Delivered by']
  return {
    title: authority.name,
    attribution: authority.attribution,
    body: html`!${rows.length === 0 ? '<p>It reports nothing.</p>' : table('services', 'Services that are reported', headers, rows)}
<p>Nobody has sent figures of ${services.length - rows.length} more services that it delivers or leaves to another body.</p>`
  }
}
