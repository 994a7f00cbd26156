import { MOST_LINES, type DataSource, type Module } from '../document/schema.ts'

/** Which periods a module shows: parameters of the data API. */
export interface Periods { period: 'week' | 'day' | 'month' | 'quarter' | 'year', duration: number, end_at?: string }

/**
 * The newest periods of one data set, by some of its fields. The query leaves nothing to defaults, so that reading it
 * is what the front end does.
 */
export function sourceOf (
  group: string,
  type: string,
  periods: Periods,
  params: { collect: string[], group_by?: string[], sort_by?: string, flatten: boolean }
): DataSource {
  return { 'data-group': group, 'data-type': type, 'query-params': { ...periods, ...params } }
}

/** The first and last day of a period: the front end writes two dates as a range, and takes one day off the second. */
export const DATES = { label: 'Date', key: ['_start_at', '_end_at'], format: 'date' }

interface Line { id: string, label: string }

/** Lines over time, one for each value of a field, the most that can be told apart; `of` says what they are. */
export function lines (
  { slug, title, info, periods, source, groups, of }: {
    slug: string,
    title: string,
    info: string[],
    periods: Periods,
    source: DataSource,
    groups: Line[],
    of: string
  }
): Module {
  const shown = groups.slice(0, MOST_LINES)
  const labels = shown.map(({ label }, i) => `<span class="group${i}">${escape(label)}</span>`)
  const legend = [labels.slice(0, -1).join(', '), labels.at(-1) ?? ''].filter(Boolean).join(' and ')
  const description = groups.length > shown.length
    ? `The ${shown.length} ${of} with most transactions, of ${groups.length}:`
    : 'Transactions by'
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
    axes: { x: DATES, y: shown.map(({ id, label }) => ({ label, groupId: id, format: 'integer' })) },
    'data-source': source
  }
}

/** What a share is of: of the values of `attribute` that the one matcher fits, in those that the other fits. */
interface Share { attribute: string, numerator: string, denominator: string }

/** Digital take-up of records by digital class. */
export const DIGITAL_OF_ALL: Share = {
  attribute: 'digital_class', numerator: '^digital$', denominator: '^(non-)?digital$'
}
/** The completion rate of records by stage. */
export const COMPLETED_OF_STARTED: Share = { attribute: 'stage', numerator: '^completed$', denominator: '^started$' }

interface ShareModule { slug: string, title: string, info: string[], periods: Periods, source: DataSource, of: Share }

const shareFields = ({ attribute, numerator, denominator }: Share) => ({
  'numerator-matcher': numerator,
  'denominator-matcher': denominator,
  'matching-attribute': attribute,
  'value-attribute': 'count:sum'
})

/** A share over time. */
export function share ({ slug, title, info, periods, source, of }: ShareModule): Module {
  return {
    slug,
    'module-type': 'completion_rate',
    title,
    info,
    ...shareFields(of),
    'axis-period': periods.period,
    axes: { x: DATES, y: [{ label: title, key: 'completion', format: 'percent' }] },
    'data-source': source
  }
}

/** A share of the newest period, one row for each authority. */
export function shareByAuthority ({ slug, title, info, periods, source, of }: ShareModule): Module {
  return {
    slug,
    'module-type': 'completion_table',
    title: `${title} by authority`,
    info,
    ...shareFields(of),
    'axis-period': periods.period,
    category: 'authority_name',
    'sort-by': 'completion',
    'sort-order': 'descending',
    axes: {
      x: { label: 'Authority', key: 'authority_name', format: 'sentence' },
      y: [{ label: title, key: 'completion', format: 'percent' }]
    },
    'data-source': source
  }
}

/**
 * Counts of the newest week, one row for each value of a field; with its share of all where every one of `rows` is
 * known. The source is not flat: of flat rows the front end adds up what it shows, and a suppressed count would be 0.
 */
export function countTable (
  { slug, title, info, source, rows, key, label, format }: {
    slug: string,
    title: string,
    info: string[],
    source: DataSource,
    rows: ReadonlyArray<Record<string, unknown>>,
    key: string,
    label: string,
    format?: string
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
      x: { label, key, ...(format !== undefined && { format }) },
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
