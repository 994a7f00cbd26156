import { html } from 'ghtml'
import { barCell, lineChart, type Chart, type Line } from '../chart.ts'
import { choose, lastChoice, link, periodChoice, stateHelp, table } from '../html.ts'
import type { KpiSeries, SeriesQuestion } from '../service.ts'
import { pathOf, type Page, type Visit } from '../visit.ts'
import { day, inWords, span, targetInWords } from '../words.ts'

/** A table by ward has so many periods. */
const WARD_PERIODS = 4

/** A service of an authority: how people reached it, how it did, and where. */
export async function dashboardPage (visit: Visit, slug: string, name: string): Promise<Page> {
  const { api, period, last, to } = visit
  const card = await api.scorecard(slug, name)
  const [authority, service] = [card.authority.slug, card.service.slug]
  const question: SeriesQuestion = { authority: [authority], service, period, duration: last }
  const series = async (kpi: string): Promise<KpiSeries | undefined> =>
    card.kpis.some((one) => one.kpi === kpi) ? await api.kpiSeries(kpi, question) : undefined
  const [labels, channels, takeUp, withoutDebit, missed, satisfaction, wards, wardNames] = await Promise.all([
    api.channelLabels(),
    api.kpiSeries('transactions', { ...question, group_by: ['channel'] }),
    series('digital-take-up'), series('digital-take-up-excluding-direct-debit'),
    series('missed-per-100000'), series('user-satisfaction-score'),
    api.kpiSeries('transactions', { ...question, group_by: ['ward'], duration: WARD_PERIODS }),
    api.wardNames(authority)
  ])
  const hasDebit = channels.data.some(({ group }) => group['channel'] === 'direct-debit')
  return {
    title: `${card.service.title}: ${card.authority.name}`,
    attribution: card.attribution,
    body: html`<p>!${link(to(pathOf(authority)), `All services of ${card.authority.name}`)}.
!${link(to('/compare', { service }), 'Compare with other authorities')}.
!${link(to(`${pathOf(authority, service)}/savings`), 'Savings')}.</p>
<p>${card.freshness.newest_day === null ? 'Nothing has been reported.' : `Newest day with a report: ${day(card.freshness.newest_day)}.`}</p>
!${choose(visit, [periodChoice(period), lastChoice(last)])}
<h2>Newest whole period</h2>
!${table('kpis', 'Key figures', ['Figure', 'Period', 'Value', 'Target'], card.kpis.map((kpi) => [
  html`${kpi.title}`, html`${span(kpi)}`, html`${inWords(kpi, kpi.unit)}`,
  html`${targetInWords(kpi.target, kpi.unit)}${kpi.met === null ? '' : kpi.met ? ' (met)' : ' (not met)'}`
]))}
!${chart('channels', channels, channelLines(channels, labels), { title: 'Transactions by channel' })}
!${chart('digital', takeUp, digitalLines(takeUp), BOTH_SIDES)}
!${chart('take-up', takeUp, [
  lineOf(takeUp, 'All digital channels'), ...(hasDebit ? [lineOf(withoutDebit, 'Without direct debit')] : [])
])}
!${chart('missed', missed, [lineOf(missed, card.authority.name)])}
!${chart('satisfaction', satisfaction, [lineOf(satisfaction, card.authority.name)], { text: 'From 0, very dissatisfied, to 1, very satisfied.' })}
!${wardTable(wards, wardNames)}
!${notes(channels)}
!${stateHelp()}`
  }
}

export const channelLines = ({ data }: KpiSeries, labels: Map<string, string>): Line[] =>
  data.map(({ group: { channel = '' }, values: points }) =>
    ({ name: channel === 'unknown' ? 'Not recorded' : labels.get(channel) ?? channel, points }))

const lineOf = (answer: KpiSeries | undefined, name: string): Line => ({ name, points: answer?.data[0]?.values ?? [] })

/** The chart of a KPI; nothing for one that the service does not have. */
const chart = (id: string, answer: KpiSeries | undefined, lines: Line[], more: Partial<Chart> = {}): string =>
  answer === undefined
    ? ''
    : lineChart({ ...answer, id, lines, target: answer.data[0]?.values.at(-1)?.target ?? null, ...more })

const SIDES = 'Both sides of take-up. Crews that report from their cab, and cases without a channel, are in neither.'
const BOTH_SIDES: Partial<Chart> = { title: 'Digital and not digital', unit: 'count', target: null, text: SIDES }

/** The numerator is the digital part of the denominator; where take-up has no value, neither side is a whole figure. */
function digitalLines (takeUp: KpiSeries | undefined): Line[] {
  const values = takeUp?.data[0]?.values ?? []
  const line = (name: string, pick: (digital: number, all: number) => number): Line => ({
    name,
    points: values.map(({ value, numerator, denominator, ...rest }) => ({
      ...rest, value: value === null || numerator === null || denominator === null ? null : pick(numerator, denominator)
    }))
  })
  return [line('Digital', (digital) => digital), line('Not digital', (digital, all) => all - digital)]
}

function wardTable ({ data }: KpiSeries, names: Map<string, string>): string {
  const heading = '<h2>By ward</h2>'
  const there = data.filter(({ values }) => values.some(({ reason }) => reason !== 'area-not-valid'))
  const all = there.flatMap(({ values }) => values)
  if (all.length === 0) return `${heading}<p>There are no figures by ward.</p>`
  if (all.every(({ status }) => status === 'not-yet')) return `${heading}<p>Not yet released: no ward of these periods.</p>`
  const top = Math.max(...all.map(({ value }) => value ?? 0))
  return html`!${heading}<p>Counts of small places are published by release alone. Wards that had ended are left out.</p>
!${table('wards', 'Transactions by ward, as released', ['Ward', ...(there[0]?.values ?? []).map(span)], there.map(({ group, values }) => {
  const ward = group['ward'] ?? ''
  return [
    html`${ward === 'unknown' ? 'Ward not recorded' : names.get(ward) ?? ward}`,
    ...values.map((value) => barCell(value, 'count', top))
  ]
}))}`
}

function notes ({ annotations }: KpiSeries): string {
  if (annotations.length === 0) return ''
  return html`<h2>What the authority says about these days</h2><ul>!${annotations.map(({ start_on: start, end_on: end, note }) =>
    html`<li>${span({ start_on: start, end_on: end ?? start })}: ${note}</li>`)}</ul>`
}
