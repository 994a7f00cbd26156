/** What the newest public front end asks of a module's data source, as its contract lists (3.1 and 3.2). */
const OWN: Record<string, Record<string, unknown>> = {
  realtime: { sort_by: '_timestamp:descending', limit: 722 },
  list: { limit: 10 },
  user_satisfaction_graph: {
    collect: ['rating_1:sum', 'rating_2:sum', 'rating_3:sum', 'rating_4:sum', 'rating_5:sum', 'total:sum']
  },
  availability: { collect: ['downtime:sum', 'uptime:sum', 'unmonitored:sum', 'avgresponse:mean'] }
}
const NESTED = ['grouped_timeseries', 'applications', 'headline_figure']
const DURATIONS: Record<string, number> = { hour: 24, day: 30, week: 9, month: 12, quarter: 24 }

export function requestOf (module: any, now: number): string {
  const { 'data-group': group, 'data-type': type, 'query-params': params } = module['data-source']
  const query: Record<string, unknown> = {
    ...(!NESTED.includes(module['module-type']) && { flatten: true }), ...params, ...OWN[module['module-type']]
  }
  if (query['start_at'] && !query['end_at'] && !query['duration']) {
    query['end_at'] = `${new Date(now).toISOString().slice(0, 19)}Z`
  }
  if (query['start_at'] && query['end_at']) delete query['duration']
  else if (query['period'] && !query['duration']) query['duration'] = DURATIONS[query['period'] as string]
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) {
      if (one !== null && one !== undefined) search.append(name, `${one as string | number | boolean}`)
    }
  }
  return `/data/${group}/${type}?${search.toString()}`
}

/** The modules of a page that have data of their own: those of sections and tabs too. */
export function leaves (modules: any[]): any[] {
  return modules.flatMap((module) => {
    if (module['module-type'] === 'section') return leaves(module.modules)
    return module['module-type'] === 'tab' ? leaves(module.tabs) : [module]
  })
}

/** What in an answer would stop the front end, or make it show wrong figures; undefined if it can show the module. */
export function faultOf (module: any, answer: any, now: number): string | undefined {
  const rows = answer.data
  if (!Array.isArray(rows)) return 'no data'
  if (rows.length === 0) return 'nothing to show'
  const params = module['data-source']['query-params'] ?? {}
  const nested = rows.every((row) => Array.isArray(row.values))
  const wantsNested = params.flatten === undefined ? NESTED.includes(module['module-type']) : !params.flatten
  if (params.group_by !== undefined && nested !== wantsNested) {
    return nested
      ? 'nested rows where flat was asked'
      : 'flat rows where nested was asked'
  }
  const groupOf = (row: any): string => JSON.stringify([params.group_by ?? []].flat().map((key) => row[key]))
  const series = nested ? rows.map((row) => row.values) : [...Map.groupBy(rows, groupOf).values()]
  const times = (values: any[]): string => JSON.stringify(values.map(({ _start_at: from, _end_at: to }) => [from, to]))
  if (series.some((values) => times(values) !== times(series[0]))) return 'series that are not aligned'
  for (const values of series) {
    for (const [i, row] of values.entries()) {
      if (!(Date.parse(row._start_at) < Date.parse(row._end_at))) return 'a row without its period'
      if (Date.parse(row._end_at) > now) return 'a period that is still running'
      if (i > 0 && row._start_at !== values[i - 1]._end_at) return 'a gap, or rows out of order'
      for (const key of [params.collect ?? [], OWN[module['module-type']]?.['collect'] ?? []].flat() as string[]) {
        if (row[key] !== null && typeof row[key] !== 'number') return `${key} is ${JSON.stringify(row[key])}`
        // 0 is no gap where another group had something in that period.
        const reported = series.some((other) => other[i]?._count > 0)
        if (row._count === 0 && row[key] !== null && !(reported && row[key] === 0)) return `a gap with a ${key}`
      }
    }
  }
  if (module['module-type'] === 'grouped_timeseries') {
    // It writes MMMM YYYY where the axis says nothing.
    if (!module.axes.x && !['month', 'quarter'].includes(params.period)) return 'periods named by their month alone'
    const [key] = [params.group_by].flat()
    for (const { groupId } of module.axes.y) if (!rows.some((row) => row[key] === groupId)) return `no group ${groupId}`
  }
  if ('numerator-matcher' in module) {
    const attribute = module['matching-attribute']
    if (
      !rows.some((row) =>
        typeof row[attribute] === 'string' && new RegExp(module['denominator-matcher']).test(row[attribute])
      )
    ) return 'nothing that the denominator fits'
  }
  return undefined
}
