import { html } from 'ghtml'
import { lineChart } from '../chart.ts'
import { choose, lastChoice, link, periodChoice, stateHelp } from '../html.ts'
import { pathOf, type Page, type Visit } from '../visit.ts'
import { comparisonTable } from './compare.ts'
import { channelLines } from './dashboard.ts'

interface Chapter { service: string, authority: string, kpi: string, text: string }

const PHASES: ReadonlyArray<{ title: string, text: string, chapters: readonly Chapter[] }> = [
  {
    title: 'Phase 1: missed bins',
    text: 'One council and one service: how do residents say that a bin was not emptied, and does it happen too often?',
    chapters: [{
      service: 'report-missed-bin',
      authority: 'solihull',
      kpi: 'missed-per-100000',
      text: 'Crews that report from their cab stand apart: nobody made contact. The norm: 56 in 100,000 collections.'
    }]
  },
  {
    title: 'Phase 2: more services, more councils',
    text: 'Library renewals, council tax and travel concessions: take-up makes councils comparable.',
    chapters: [{
      service: 'renew-library-item',
      authority: 'warwickshire',
      kpi: 'digital-take-up',
      text: 'Self-service machines in the library are a channel of their own, and are not counted as digital.'
    }, {
      service: 'pay-council-tax',
      authority: 'solihull',
      kpi: 'digital-take-up-excluding-direct-debit',
      text: 'Direct debits, payments on the web and all others; take-up is compared without the direct debits.'
    }, {
      service: 'renew-older-persons-bus-pass',
      authority: 'solihull',
      kpi: 'digital-take-up',
      text: 'Where there is a passenger transport body, it renews the passes and reports them for several councils.'
    }]
  }
]

/** The pilot's two phases, with the figures that the service has now. */
export async function pilotPage (visit: Visit): Promise<Page> {
  const { api, period, last, to } = visit
  const [feeds, titles, names, labels] = await Promise.all([
    api.feeds(), api.serviceTitles(), api.authorityNames(), api.channelLabels()
  ])
  const tell = async ({ service, authority, kpi, text }: Chapter): Promise<string> => {
    const [channels, comparison] = await Promise.all([
      api.kpiSeries('transactions', { authority: [authority], service, period, duration: last, group_by: ['channel'] }),
      api.comparison(kpi, { service, period })
    ])
    const title = titles.get(service) ?? service
    return html`!${lineChart({
      id: service, title: `${title}: ${names.get(authority) ?? authority}, by channel`, unit: 'count', text, level: 3, lines: channelLines(channels, labels)
    })}
!${comparisonTable(visit, comparison, feeds, `${service}-compared`, title)}
<p>!${link(to(pathOf(authority, service)), `${title}: the dashboard`)}. !${link(to('/savings', { service }), `${title}: savings`)}.</p>`
  }
  const phases = await Promise.all(PHASES.map(async ({ title, text, chapters }) =>
    html`<h2>${title}</h2><p>${text}</p>!${(await Promise.all(chapters.map(tell)))}`))
  return {
    title: 'The pilot in two phases',
    body: html`!${choose(visit, [periodChoice(period), lastChoice(last)])}!${phases}!${stateHelp()}`
  }
}
