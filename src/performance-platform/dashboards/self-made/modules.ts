import type { DataSource, Module } from '../document/schema.ts'
import type { RecentPeriods } from './recent-periods.ts'

/**
 * The newest periods of one data set, by some of its fields. The query leaves nothing to defaults, so that reading it
 * is what the front end does.
 */
export function sourceOf (
  group: string,
  type: string,
  periods: RecentPeriods,
  params: { collect: string[], group_by?: string[], sort_by?: string, flatten: boolean }
): DataSource {
  return { 'data-group': group, 'data-type': type, 'query-params': { ...periods, ...params } }
}

const DATES = { label: 'Date', key: ['_start_at', '_end_at'], format: 'dateRange' }

/** Lines over time, one for each value of a field. */
export function lines (
  { slug, title, info, periods, source, groups, description }: {
    slug: string,
    title: string,
    info: string[],
    periods: RecentPeriods,
    source: DataSource,
    groups: Array<{ id: string, label: string }>,
    description: string
  }
): Module {
  const labels = groups.map(({ label }, i) => `<span class="group${i}">${escape(label)}</span>`)
  const legend = [labels.slice(0, -1).join(', '), labels.at(-1) ?? ''].filter(Boolean).join(' and ')
  return {
    slug,
    'module-type': 'grouped_timeseries',
    title,
    description: `${description} ${legend}`,
    info,
    category: source['query-params']?.group_by?.[0],
    'value-attribute': 'count:sum',
    'axis-period': periods.period,
    'show-line-labels': true,
    use_stack: false,
    axes: { x: DATES, y: groups.map(({ id, label }) => ({ label, groupId: id, format: 'integer' })) },
    'data-source': source
  }
}

/** Digital take-up of records by digital class. */
export const DIGITAL_OF_ALL = { attribute: 'digital_class', numerator: '^digital$', denominator: '^(non-)?digital$' }

/** A share over time: of the values that the one matcher fits, in those that the other fits. */
export function share (
  { slug, title, info, periods, source, attribute, numerator, denominator }: {
    slug: string,
    title: string,
    info: string[],
    periods: RecentPeriods,
    source: DataSource,
    attribute: string,
    numerator: string,
    denominator: string
  }
): Module {
  return {
    slug,
    'module-type': 'completion_rate',
    title,
    info,
    'numerator-matcher': numerator,
    'denominator-matcher': denominator,
    'matching-attribute': attribute,
    'value-attribute': 'count:sum',
    'axis-period': periods.period,
    axes: { x: DATES, y: [{ label: title, key: 'completion', format: 'percent' }] },
    'data-source': source
  }
}

/**
 * Counts of the newest week, one row for each value of a field; with its share of all where every one of `rows` is
 * known.
 */
export function countTable (
  { slug, title, info, source, rows, key, label }: {
    slug: string,
    title: string,
    info: string[],
    source: DataSource,
    rows: ReadonlyArray<Record<string, unknown>>,
    key: string,
    label: string
  }
): Module {
  // The front end works out the shares and takes null for 0: it would show a suppressed or missing count as 0% of too
  // small a total.
  const known = rows.every((row) => typeof row['count:sum'] === 'number')
  return {
    slug,
    'module-type': 'table',
    title,
    info,
    axes: {
      x: { label, key },
      y: [
        { label: 'Last week', key: 'count:sum', format: 'integer' },
        ...(known ? [{ label: 'Percentage of total', key: 'percentOfTotal(count:sum)', format: 'percent' }] : [])
      ]
    },
    'data-source': source
  }
}

// Titles and descriptions are HTML to the front end.
export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
