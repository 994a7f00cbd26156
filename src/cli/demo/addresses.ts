import { formatDay } from '../../domain/calendar.ts'
import { addPeriods, periodStart, type DateRange } from '../../domain/period.ts'

/** An address that the demo's data answer, and what is seen there. */
export interface Address { path: string, shows: string }

/** Addresses worth opening, of the newest whole months among the days. */
export function addressesOf ({ end }: DateRange): Address[] {
  const thisMonth = periodStart('month', end)
  const lastMonth = formatDay(addPeriods('month', thisMonth, -1))
  const asked = (path: string, months: number, parameters: Record<string, string>): string =>
    `${path}?${new URLSearchParams({
      ...parameters,
      period: 'month',
      start_on: formatDay(addPeriods('month', thisMonth, -months)),
      end_on: formatDay(thisMonth - 1)
    }).toString()}`
  const bins = { authority: 'solihull', service: 'report-missed-bin' }
  const passes = { authority: 'coventry', service: 'renew-older-persons-bus-pass' }
  const tax = { authority: 'nottingham', service: 'pay-council-tax' }
  const renewals = { authority: 'cambridgeshire', service: 'renew-library-item' }
  const scorecard = '/v1/authorities/solihull/services/report-missed-bin'
  return Object.entries({
    'What is here now, and where to go on': '/',
    'What comes in and what is late, for people': '/status',
    'Solihull’s missed bins: every KPI, of the newest whole period': scorecard,
    'How they were reported, month by month': asked('/v1/series', 24, { ...bins, group_by: 'channel' }),
    'The same as a chart': asked('/v1/series.svg', 12, { ...bins, group_by: 'channel' }),
    'The same by ward, small counts suppressed': asked('/v1/series', 3, { ...bins, group_by: 'ward' }),
    'Missed bins per 100,000 collections of all councils, against the norm of 56':
      `/v1/kpis/missed-per-100000/comparison?service=report-missed-bin&period=month&start_on=${lastMonth}`,
    'Digital take-up of council tax over two years':
      asked('/v1/kpis/digital-take-up/series', 24, { ...tax, authority: 'solihull' }),
    'Cost of a renewal by channel, of a council that sends figures':
      asked('/v1/kpis/cost-per-transaction/series', 3, { ...renewals, group_by: 'channel' }),
    'Bus passes that a transport body reports for a council':
      asked('/v1/series', 3, { ...passes, group_by: 'authority' }),
    'Savings of the last whole financial year against the one before': `${scorecard}/savings`,
    'Feeds that are late': '/v1/feeds?late=true',
    'Weeks of strikes': '/v1/annotations?authority=solihull',
    'What was released of wards and streets': '/v1/releases?authority=solihull',
    'Council tax by channel, as CSV': asked('/v1/series', 3, { ...tax, group_by: 'channel', format: 'csv' }),
    'Solihull’s dashboard of 2014, in the old dialect': '/public/dashboards?slug=solihull-local-authority'
  }).map(([shows, path]) => ({ path, shows }))
}

/** Asks each address; those that do not answer, with their status. */
export async function unanswered (base: string, addresses: readonly Address[]): Promise<string[]> {
  const failed: string[] = []
  for (const { path } of addresses) {
    const status = await fetch(`${base}${path}`).then(async (response) => {
      await response.arrayBuffer()
      return response.ok ? undefined : response.status
    }, () => 'no answer')
    if (status !== undefined) failed.push(`${path}: ${status}`)
  }
  return failed
}
