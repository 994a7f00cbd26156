import type { Authority, Directory } from '../catalogue/directory.ts'
import { formatDay } from '../domain/calendar.ts'
import { REASONS } from '../domain/kpi/evaluate.ts'
import type { Period } from '../domain/period.ts'
import type { Comparison, ComparisonRow } from '../kpi/comparison.ts'
import { periodInWords } from './drawing/dates.ts'
import { checkBars } from './limits.ts'
import type { ComparisonBar, ComparisonChart } from './spec.ts'
import { capital, captionOf, nameOf, type Source } from './words.ts'

interface Asked {
  directory: Directory
  kpi: string
  parameters: { period: Period, group: string, top?: number }
  source: Source
  width: number
}

/** A comparison as a chart. Throws `ProblemError` where it has more bars than a chart has room for. */
export function chartOfComparison (asked: Asked, comparison: Comparison): ComparisonChart {
  const { directory, kpi, parameters: { period, group, top }, source, width } = asked
  const { service, range, version, rows, quartiles: { quartiles }, basis } = comparison
  const bars = rows.flatMap(({ authority, provider, figure: { value, status }, ranking: { rank } }): ComparisonBar[] =>
    value === null ? [] : [{ name: named(authority, provider), value, rank, status }]
  )
  const shown = bars.slice(0, top)
  checkBars(shown.length)
  const day = formatDay(range.start)
  const targetOf = (authorityId: number) => directory.kpis.targets.inForce(version, authorityId, service.id, day)
  const target = targetOf(0)
  return {
    kind: 'comparison',
    width,
    title: `${version?.title ?? kpi}, ${service.title}: authorities compared`,
    subtitle: `${capital(periodInWords(period, range))}, ${groupInWords(directory, group, basis?.model)}`,
    unit: version?.unit ?? 'count',
    axis: '',
    caption: captionOf('the authorities shown', source),
    rows: shown,
    more: bars.length - shown.length,
    quartiles,
    target,
    without: withoutValue(rows),
    together: {
      value: comparison.group.rate.value,
      reporting: comparison.group.reporting,
      authorities: comparison.group.authorities
    },
    hasOwnTargets: rows.some(({ authority: { id } }) => JSON.stringify(targetOf(id)) !== JSON.stringify(target))
  }
}

/** Authorities without a value by why they have none, the commonest reason first. */
function withoutValue (rows: readonly ComparisonRow[]): ComparisonChart['without'] {
  const byReason = Map.groupBy(
    rows.filter(({ figure }) => figure.value === null),
    ({ figure: { reason, status } }) => reason === null ? status.replaceAll('-', ' ') : REASONS[reason]
  )
  return [...byReason].map(([why, some]) => ({
    why: capital(why), names: some.map(({ authority, provider }) => named(authority, provider))
  })).sort((a, b) => b.names.length - a.names.length)
}

const named = ({ short_name: name }: Authority, provider: Authority | undefined): string =>
  provider === undefined ? name : `${name} (by ${provider.short_name})`

/** A group as it is asked for in words: "all authorities", "type: county", "nearest to Solihull by population". */
function groupInWords (directory: Directory, group: string, model: string | undefined): string {
  if (group === 'all') return 'all authorities'
  const [kind = '', ...rest] = group.split(':')
  const value = rest.join(':')
  if (kind === 'nearest') return `${nameOf(directory, 'authority', value)} and its nearest by ${model ?? 'population'}`
  return value === '' ? `group ${kind}` : `${kind.replaceAll('-', ' ')} ${nameOf(directory, 'authority', value)}`
}
