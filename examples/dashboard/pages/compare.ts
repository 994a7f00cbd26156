import { html } from 'ghtml'
import { barCell } from '../chart.ts'
import { choose, link, periodChoice, stateHelp, table } from '../html.ts'
import type { Comparison, Feed } from '../service.ts'
import { pathOf, type Page, type Visit } from '../visit.ts'
import { amount, span, targetInWords } from '../words.ts'

/** The services that somebody reports, by title. */
export function reportedServices (feeds: readonly Feed[], titles: Map<string, string>): Map<string, string> {
  const slugs = new Set(feeds.map(({ service }) => service))
  const titled = [...slugs].map((slug) => [slug, titles.get(slug) ?? slug] as const)
  return new Map(titled.sort(([, a], [, b]) => a.localeCompare(b)))
}

/** Authorities side by side: one KPI of one service. */
export async function comparePage (visit: Visit): Promise<Page> {
  const { api, query, period } = visit
  const [feeds, titles, kpis] = await Promise.all([api.feeds(), api.serviceTitles(), api.kpiTitles()])
  const services = reportedServices(feeds, titles)
  const [service, kpi] = [query.get('service') ?? 'report-missed-bin', query.get('kpi') ?? 'digital-take-up']
  const group = query.get('group')
  const comparison = await api.comparison(kpi, { service, period, ...(group !== null && { group }) })
  return {
    title: `${comparison.title ?? kpi}: authorities side by side`,
    attribution: comparison.attribution,
    body: html`!${choose(visit, [
      { name: 'service', label: 'Service', options: services, chosen: service },
      { name: 'kpi', label: 'Figure', options: kpis, chosen: kpi },
      periodChoice(period)
    ])}
!${comparisonTable(visit, comparison, feeds, 'comparison', titles.get(service) ?? service)}
!${stateHelp()}`
  }
}

/** A row for each authority that reports the service, with a bar; the others are a number. */
export function comparisonTable (
  { to }: Visit, comparison: Comparison, feeds: readonly Feed[], id: string, title: string
): string {
  const { service, data, unit, target, median } = comparison
  const reporting = new Set(feeds.filter((feed) => feed.service === service).map(({ authority }) => authority))
  const shown = data.filter(({ value, authority }) => value !== null || reporting.has(authority.slug))
  const norm = target?.at_most ?? target?.at_least
  const top = Math.max(norm ?? 0, ...shown.map(({ value }) => value ?? 0))
  const rows = shown.map(({ authority, rank, met, ...figure }) => [
    link(to(pathOf(authority.slug, service)), authority.name),
    barCell(figure, unit ?? 'count', top, norm),
    rank === null ? 'Not ranked' : String(rank),
    ...(norm === undefined ? [] : [met === null ? '' : met ? 'Yes' : 'No'])
  ])
  const words = [
    ...(norm === undefined ? [] : [`The red mark is the target, ${targetInWords(target, unit ?? 'count')}.`]),
    ...(median === null ? [] : [`Median: ${amount(median, unit ?? 'count')}.`]),
    `${data.length - shown.length} more authorities that deliver the service do not report it.`
  ]
  const caption = `${title}: ${comparison.title ?? comparison.kpi}, ${span(comparison)}`
  const headers = ['Authority', 'Value', 'Rank', ...(norm === undefined ? [] : ['Target met'])]
  return html`!${rows.length === 0 ? '' : table(id, caption, headers, rows)}<p>${words.join(' ')}</p>`
}
