import type { App } from '../../../src/app.ts'
import { formatDay, parseDay } from '../../../src/domain/calendar.ts'
import { periodsIn, type DateRange, type Period } from '../../../src/domain/period.ts'
import { get } from '../builders.ts'
import type { Figure, Knowledge, Selection } from './knowledge.ts'
import { usrnOf, type World } from './world.ts'

export const AUTHORITY = 'dudley'
export const SERVICE = 'report-missed-bin'
const NAMES = `authority=${AUTHORITY}&service=${SERVICE}`

interface Value { start_on: string, end_on: string, value: number | null, status: string }
export interface Row { group: Record<string, string>, values: Value[] }
type Dimension = 'ward' | 'street' | 'channel' | 'outcome'

export interface SeriesQuestion {
  period: Period
  range: DateRange
  by: Dimension[]
  filter?: { ward?: number, street?: number, channel?: string, outcome?: string }
  csv?: boolean
}

/** Asks for a series as the public does, and keeps every value, a row that is not there as a 0. */
export async function askSeries (app: App, knowledge: Knowledge, question: SeriesQuestion): Promise<void> {
  const { world } = knowledge
  const { period, range, by, filter = {} } = question
  const filters = Object.entries(filter).map(([name, value]) =>
    `&filter_by=${name}:${name === 'ward' ? world.wards[value as number] : name === 'street' ? usrnOf(filter.ward ?? 0, value as number) : value}`)
  const url = `/v1/series?${NAMES}&period=${period}&start_on=${formatDay(range.start)}&end_on=${formatDay(range.end - 1)}` +
    by.map((name) => `&group_by=${name}`).join('') + filters.join('')
  const rows = question.csv === true
    ? fromCsv(await get(app, `${url}&format=csv`), by.length)
    : (await get(app, url)).data as Row[]
  const byArea = by.includes('ward') || by.includes('street') || filter.ward !== undefined
  const listed = new Set(rows.map(({ group }) => by.map((name) => group[name]).join(' ')))
  const selected: Selection = {
    ...(filter.channel !== undefined && { channels: [filter.channel] }),
    ...(filter.outcome !== undefined && { outcomes: [filter.outcome] })
  }
  const place = { ward: filter.ward ?? -1, ...(filter.street !== undefined && { street: filter.street }) }
  const see = (figure: Figure): void => { byArea ? knowledge.see(figure) : knowledge.seeLive(figure) }
  for (const { group, values } of rows) {
    const one = { ...selected, ...place, ...groupOf(world, group) }
    for (const { start_on: start, end_on: end, value, status } of values) {
      see({
        ...one,
        start: parseDay(start)!,
        end: parseDay(end)! + 1,
        value: value ?? (status === 'missing' && world.counted === undefined ? 0 : null),
        what: `${url} ${JSON.stringify(group)}`
      })
    }
  }
  if (world.counted !== undefined) return // a row that is not there may be one without counts
  // Where the others are not released yet, a row that is not there says nothing.
  const notYet = new Set(rows.flatMap(({ values }) => values.filter(({ status }) => status === 'not-yet'))
    .map(({ start_on: start }) => start))
  for (const group of groupsOf(world, by, filter.ward)) {
    if (listed.has(by.map((name) => group[name]).join(' '))) continue
    for (const { start, end } of periodsIn(period, range, 4000)) {
      if (notYet.has(formatDay(Math.max(start, range.start)))) continue
      see({
        ...selected,
        ...place,
        ...groupOf(world, group),
        start: Math.max(start, range.start),
        end: Math.min(end, range.end),
        value: 0,
        what: `${url} has no row ${JSON.stringify(group)}`
      })
    }
  }
}

function groupOf (world: World, group: Record<string, string>) {
  const { ward, street, channel, outcome } = group
  const usrn = Number(street)
  return {
    ...(ward !== undefined && { ward: world.wards.indexOf(ward) }),
    ...(street !== undefined && (Number.isNaN(usrn)
      ? { street: 0 }
      : { ward: Math.floor((usrn - 45_000_000) / 100), street: usrn % 100 })),
    ...(channel !== undefined && { channels: [channel] }),
    ...(outcome !== undefined && { outcomes: [outcome] })
  }
}

function groupsOf (
  { wards, streets, channels, outcomes }: World, by: Dimension[], within?: number
): Array<Record<string, string>> {
  let groups: Array<Record<string, string>> = [{}]
  for (const name of by) {
    groups = groups.flatMap((group): Array<Record<string, string>> => {
      if (name === 'ward') return wards.map((ward) => ({ ...group, ward }))
      if (name === 'channel') return channels.map((channel) => ({ ...group, channel }))
      if (name === 'outcome') return outcomes.map((outcome) => ({ ...group, outcome }))
      const named = group['ward'] === undefined ? within : wards.indexOf(group['ward'])
      const ofWard = named === undefined ? [...wards.keys()] : [named]
      return [
        { ...group, street: 'unknown' },
        ...ofWard.flatMap((ward) =>
          Array.from({ length: streets }, (_, i) => ({ ...group, street: String(usrnOf(ward, i + 1)) })))
      ]
    })
  }
  return groups
}

function fromCsv (text: string, columns: number): Row[] {
  const [head = [], ...lines] = text.trim().split('\n').map((line) => line.trim().split(','))
  return lines.map((line) => ({
    group: Object.fromEntries(line.slice(0, columns).map((value, i) => [head[i]!, value])),
    values: [{
      start_on: line[columns]!,
      end_on: line[columns + 1]!,
      value: line[columns + 2] === '' ? null : Number(line[columns + 2]),
      status: line[columns + 3]!
    }]
  }))
}
