import { html } from 'ghtml'
import { choose, link, periodChoice, table } from '../html.ts'
import type { Period, SavingLine } from '../service.ts'
import { pathOf, type Page, type Visit } from '../visit.ts'
import { inWords, pounds, span } from '../words.ts'
import { reportedServices } from './compare.ts'

const KINDS = { 'channel-shift': 'Channel shift', 'failure-demand': 'Failures avoided' } as const

/** Savings are of years, unless another period is asked for. */
const periodOf = ({ query, period }: Visit): Period => query.has('period') ? period : 'financial_year'

const about = (now: string, then: string): string => html`<p>${now}, against ${then}. A contact that moved to a digital
channel saves 5 pounds, a failure that did not happen 50 pounds, unless the operator set other amounts. Volumes are made
alike first. The two are never added up; where things got worse, the saving is negative.</p>`

/** What each authority that reports a service saved. */
export async function savingsPage (visit: Visit): Promise<Page> {
  const { api, query, to } = visit
  const [service, period] = [query.get('service') ?? 'report-missed-bin', periodOf(visit)]
  const [feeds, titles, names, savings] = await Promise.all([
    api.feeds(), api.serviceTitles(), api.authorityNames(), api.savings(service, period)
  ])
  const reporting = new Set(feeds.filter((feed) => feed.service === service).map(({ authority }) => authority))
  const rows = savings.data.filter(({ authority }) => reporting.has(authority)).map(({ authority, savings: lines }) => [
    link(to(`${pathOf(authority, service)}/savings`, { period }), names.get(authority) ?? authority),
    ...Object.keys(KINDS).map((kind) => html`${savedInWords(lines.find((line) => line.kind === kind))}`)
  ])
  const [now, then] = [span(savings.now), span(savings.baseline)]
  return {
    title: `Savings: ${titles.get(service) ?? service}`,
    attribution: savings.attribution,
    body: html`!${choose(visit, [
      { name: 'service', label: 'Service', options: reportedServices(feeds, titles), chosen: service },
      periodChoice(period)
    ])}
!${about(now, then)}
!${rows.length === 0 ? '<p>No authority reports this service.</p>' : table('savings', `Savings, ${now}`, ['Authority', ...Object.values(KINDS)], rows)}`
  }
}

/** What one authority saved, with the arithmetic. */
export async function savingsOfPage (visit: Visit, slug: string, name: string): Promise<Page> {
  const { api, to } = visit
  const period = periodOf(visit)
  const [card, savings] = await Promise.all([api.scorecard(slug, name), api.savingsOf(slug, name, period)])
  const [authority, service] = [card.authority.slug, card.service.slug]
  const count = (value: number | null, reason: string | null): string =>
    inWords({ value, status: value === null ? 'missing' : 'ok', reason }, 'count')
  const sections = (savings.data[0]?.savings ?? []).map((line) => {
    const { kind, baseline, now, moved, unit_pence: unit, unit_source: source, formula } = line
    const [part, all, result] = kind === 'channel-shift'
      ? ['Digital', 'All channels', 'Moved to digital'] as const
      : ['Failures', 'Out of', 'Failures avoided'] as const
    return html`<h2>${KINDS[kind]}: ${savedInWords(line)}</h2><p>${formula}</p>
!${table(kind, KINDS[kind], ['Counted', span(savings.baseline), span(savings.now)], [
  [part, count(baseline.part, baseline.reason), count(now.part, now.reason)],
  [all, count(baseline.volume, baseline.reason), count(now.volume, now.reason)]
])}
<p>${result}: ${moved === null ? 'not known' : inWords({ value: moved, status: 'ok' }, 'count')}. Each is worth ${pounds(unit)} (${source}).</p>`
  })
  return {
    title: `Savings: ${card.service.title}, ${card.authority.name}`,
    attribution: savings.attribution,
    body: html`<p>!${link(to(pathOf(authority, service)), `${card.service.title}: the dashboard`)}.
!${link(to('/savings', { service }), 'Savings of all authorities')}.</p>
!${choose(visit, [periodChoice(period)])}
!${about(span(savings.now), span(savings.baseline))}
!${sections}`
  }
}

const savedInWords = (line: SavingLine | undefined): string => line?.saved_pence == null
  ? inWords({ value: null, status: 'missing', reason: line?.now.reason ?? line?.baseline.reason ?? null }, 'pence')
  : pounds(line.saved_pence)
