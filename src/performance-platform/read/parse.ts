import { badQuery } from '../data-error.ts'
import { isFieldName, isInternalField } from '../field.ts'
import { parseQueryInstant } from '../utc-instant.ts'
import { UTC_PERIODS, type UtcPeriod } from '../utc-period.ts'
import { COLLECT_METHODS, type Collect, type DataQuery, type Filter } from './data-query.ts'
import { checkRestricted } from './restrict.ts'

const PARAMETERS = new Set([
  'start_at',
  'end_at',
  'duration',
  'period',
  'group_by',
  'collect',
  'filter_by',
  'filter_by_prefix',
  'sort_by',
  'limit',
  'flatten',
  'inclusive',
  'format'
])

/** Of each, which is more than a page can show; the database makes no key of more than a hundred parts. */
const MOST_REPEATED = 20
const REPEATED = ['group_by', 'collect', 'filter_by', 'filter_by_prefix']

/**
 * Understands a query string, or throws the `DataError` of the first rule it breaks. Of a parameter given twice the
 * first counts, except for those that may be given several times.
 */
export function parseDataQuery (
  params: URLSearchParams, { rawQueriesAllowed }: { rawQueriesAllowed: boolean }
): DataQuery {
  for (const [name, value] of params) {
    if (!PARAMETERS.has(name)) throw badQuery(`Unrecognised parameter: ${name}`)
    if (value.includes('\0')) throw badQuery(`${name} must not hold a NUL character`)
  }
  for (const name of REPEATED) {
    if (params.getAll(name).length > MOST_REPEATED) {
      throw badQuery(`${name} may be given ${MOST_REPEATED} times at most`)
    }
  }
  const query: DataQuery = {
    startAt: instant(params, 'start_at'),
    endAt: instant(params, 'end_at'),
    filters: [...filters(params, 'filter_by'), ...filters(params, 'filter_by_prefix')],
    period: period(params.get('period')),
    flatten: flag(params, 'flatten'),
    inclusive: flag(params, 'inclusive'),
    groupBy: groupBy(params.getAll('group_by')),
    sortBy: sortBy(params.get('sort_by')),
    limit: wholeNumber(params, 'limit') ?? 0,
    duration: wholeNumber(params, 'duration'),
    collect: params.getAll('collect').map(collect),
    csv: params.get('format') === 'csv'
  }
  checkTogether(query, params)
  if (!rawQueriesAllowed) checkRestricted(query)
  return query
}

function checkTogether (query: DataQuery, params: URLSearchParams): void {
  const { startAt, endAt, duration, period, groupBy, filters, sortBy } = query
  const [hasStart, hasEnd] = [startAt !== undefined, endAt !== undefined]
  if (new Set(filters.map(({ prefix }) => prefix)).size > 1) {
    throw badQuery('filter_by and filter_by_prefix cannot be used together')
  }
  if (duration === 0) throw badQuery('duration must be positive')
  if (duration !== undefined && period === undefined) throw badQuery('duration needs a period')
  if (duration !== undefined && hasStart && hasEnd) {
    throw badQuery('Give two of start_at, end_at and duration, not all three')
  }
  if (duration === undefined && hasStart !== hasEnd) {
    throw badQuery('start_at and end_at are both required, or one of them and duration')
  }
  if (duration === undefined && !hasStart && period !== undefined) {
    throw badQuery('A period needs duration, or both start_at and end_at')
  }
  if (params.has('inclusive') && !hasStart && !hasEnd) throw badQuery('inclusive needs start_at or end_at')
  if (period !== undefined && groupBy.length === 0) {
    if (sortBy !== undefined) throw badQuery('Periods come in order of time: sort_by needs group_by')
    if (params.has('limit')) throw badQuery('limit with a period needs group_by')
  }
  if (query.collect.length > 0 && groupBy.length === 0 && period === undefined) {
    throw badQuery('collect needs group_by or period')
  }
  for (const { field } of query.collect) {
    if (groupBy.includes(field)) throw badQuery(`Cannot collect ${field}, which is grouped by`)
  }
}

function instant (params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name)
  if (text === null) return undefined
  const parsed = parseQueryInstant(text)
  if (parsed === undefined) throw badQuery(`${name} is not a valid datetime, such as 2014-05-26T00:00:00Z`)
  return parsed
}

function flag (params: URLSearchParams, name: string): boolean {
  const text = params.get(name) ?? 'false'
  if (text !== 'true' && text !== 'false') throw badQuery(`${name} must be true or false`)
  return text === 'true'
}

function wholeNumber (params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name)
  if (text === null) return undefined
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw badQuery(`${name} must be a positive integer`)
  return value
}

function period (name: string | null): UtcPeriod | undefined {
  if (name === null) return undefined
  const found = UTC_PERIODS.find((period) => period === name)
  if (found === undefined) throw badQuery(`period must be one of ${UTC_PERIODS.join(', ')}`)
  return found
}

function groupBy (fields: string[]): string[] {
  for (const field of fields) {
    if (!isFieldName(field)) throw badQuery('Cannot group by an invalid field name')
    if (isInternalField(field)) throw badQuery('Cannot group by an internal field, one that starts with an underscore')
  }
  return [...new Set(fields)]
}

function filters (params: URLSearchParams, name: 'filter_by' | 'filter_by_prefix'): Filter[] {
  return params.getAll(name).map((text) => {
    const colon = text.indexOf(':')
    if (colon < 0) {
      throw badQuery(`${name} must be a field and a value with a colon between them, such as authority:Westminster`)
    }
    const field = text.slice(0, colon)
    if (!isFieldName(field)) throw badQuery('Cannot filter by an invalid field name')
    return { field, value: text.slice(colon + 1), prefix: name === 'filter_by_prefix' }
  })
}

function sortBy (text: string | null): DataQuery['sortBy'] {
  if (text === null) return undefined
  const [field = '', direction, ...rest] = text.split(':')
  if (direction === undefined) {
    throw badQuery('sort_by must be a field and a direction with a colon between them, such as authority:ascending')
  }
  if (rest.length > 0 || (direction !== 'ascending' && direction !== 'descending')) {
    throw badQuery('The direction of sort_by must be ascending or descending')
  }
  if (!isFieldName(field)) throw badQuery('Cannot sort by an invalid field name')
  return { field, descending: direction === 'descending' }
}

function collect (text: string): Collect {
  const [field = '', asked, ...rest] = text.split(':')
  const method = COLLECT_METHODS.find((one) => one === (asked ?? 'set'))
  if (rest.length > 0 || method === undefined) {
    throw badQuery(`The method of collect must be one of ${COLLECT_METHODS.join(', ')}`)
  }
  if (!isFieldName(field)) throw badQuery('Cannot collect an invalid field name')
  if (isInternalField(field)) throw badQuery('Cannot collect an internal field, one that starts with an underscore')
  return { field, method, bare: asked === undefined }
}
