import { ProblemError } from '../../errors.ts'
import { Slices } from '../../domain/slices.ts'
import { ATTRIBUTION, LICENCE, LICENCE_URL } from '../schemas/common.ts'
import type { Column } from './columns.ts'
import { SYMBOLS_EXPLAINED } from './statuses.ts'
import type { Table } from './table.ts'

/** The most cells of a cube: where few of its groups are there together, most of them are empty. */
const MOST_CELLS = 1_000_000
const MOST_NOTES = 100
const PLACES = ['authority', 'ward', 'street']
/** Numbers that are no statistics. */
const NO_STATISTICS = ['definition_version']

interface Asked {
  table: Table
  /** As in JSON; each has `start_on` and `end_on`. */
  rows: Iterable<object>
  /** The columns by which rows are told apart, beside their time. */
  dimensions: readonly string[]
  /** Of a dimension, the column that says it in words. */
  labels?: Record<string, string>
  /** The address. */
  href: string
  /** What `value` is in: percent. */
  unit?: string | null | undefined
  /** Notes on all of it. */
  notes?: readonly string[]
}

/** A dimension with what it may be, in the order in which it was met, each with its place and label. */
interface Dimension {
  name: string
  description: string
  found: Map<string, { place: number, label: string }>
  read: (row: object) => string
  label: (row: object) => string
}

/**
 * Rows as a dataset of JSON-stat 2.0, whose last dimensions are the time and the statistic. Throws `ProblemError` where
 * its groups would make a cube of more than a million cells.
 */
export async function jsonStatOf (asked: Asked): Promise<string> {
  const { table: { columns }, rows, notes = [] } = asked
  const slices = new Slices()
  const statistics = columns.filter(({ name, datatype }) =>
    ['integer', 'number'].includes(datatype) && !NO_STATISTICS.includes(name))
  const dimensions = dimensionsOf(asked)
  const placed: Array<{ row: object, places: number[] }> = []
  const said = new Set(notes)
  for (const row of rows) {
    placed.push({ row, places: dimensions.map((dimension) => placeIn(dimension, row)) })
    for (const note of (row as { notes?: readonly string[] }).notes ?? []) said.add(note)
    if (slices.over) await slices.pause()
  }
  const size = [...dimensions.map(({ found }) => found.size), statistics.length]
  const cells = size.reduce((all, one) => all * one, 1)
  if (cells > MOST_CELLS) {
    throw new ProblemError(
      'too-costly', `As JSON-stat it has ${cells} cells, and ${MOST_CELLS} at most are sent; ask for less, or for CSV.`
    )
  }
  const values = new Array<unknown>(cells).fill(null)
  const statuses = new Array<string | null>(cells).fill(null)
  const symbolOf = symbolsOfStatistics(columns)
  for (const { row, places } of placed) {
    const start = places.reduce((sum, place, i) => sum * (size[i] ?? 1) + place, 0) * statistics.length
    for (const [i, statistic] of statistics.entries()) {
      values[start + i] = statistic.cell(row) ?? null
      statuses[start + i] = symbolOf(statistic, row)
    }
    if (slices.over) await slices.pause()
  }
  const head = JSON.stringify(headOf(asked, dimensions, statistics, { size, note: [...said].slice(0, MOST_NOTES) }))
  return `${head.slice(0, -1)},"value":${await toJson(values)},"status":${await toJson(statuses)}}`
}

/** Annotations as texts. */
export const notesOn = (
  annotations: ReadonlyArray<{ authority: string, start_on: string, end_on: string | null, note: string }>
): string[] => annotations.map(({ authority, start_on: from, end_on: to, note }) =>
  `${authority}, ${from}${to === null || to === from ? '' : ` to ${to}`}: ${note}`)

function dimensionsOf ({ table: { columns }, dimensions, labels = {} }: Asked): Dimension[] {
  const column = (name: string | undefined): Column | undefined => columns.find((one) => one.name === name)
  const textOf = (one: Column | undefined) => (row: object): string => {
    const text = one?.cell(row)
    return typeof text === 'string' ? text : ''
  }
  return [
    ...dimensions.map((name): Dimension => {
      const read = textOf(column(name))
      const said = column(labels[name])
      return {
        name,
        description: column(name)?.description || name,
        found: new Map(),
        read,
        label: said === undefined ? read : textOf(said)
      }
    }),
    {
      name: 'time',
      description: 'First and last local day.',
      found: new Map(),
      read: daysOf('/'),
      label: daysOf(' to ')
    }
  ]
}

const daysOf = (between: string) => (row: object): string => {
  const { start_on: from, end_on: to } = row as { start_on: string, end_on: string }
  return `${from}${between}${to}`
}

function placeIn ({ found, read, label }: Dimension, row: object): number {
  const word = read(row)
  const known = found.get(word) ?? { place: found.size, label: label(row) }
  found.set(word, known)
  return known.place
}

/** The symbol of a statistic: of the status in the same object, where that is of it or it is missing. */
function symbolsOfStatistics (columns: readonly Column[]): (statistic: Column, row: object) => string | null {
  const named = new Map(columns.map((column) => [column.name, column]))
  return ({ name, cell }, row) => {
    const within = name.slice(0, name.lastIndexOf('.') + 1)
    const symbol = named.get(`${within}status_symbol`)?.cell(row)
    const isMeant = name === `${within}value` || (cell(row) ?? null) === null
    return isMeant && typeof symbol === 'string' && symbol !== '' ? symbol : null
  }
}

function headOf (
  { table: { title }, href, unit }: Asked, dimensions: readonly Dimension[], statistics: readonly Column[], more: object
): object {
  const named = dimensions.map(({ name }) => name)
  return {
    version: '2.0',
    class: 'dataset',
    href,
    label: title,
    source: ATTRIBUTION,
    ...more,
    id: [...named, 'statistic'],
    role: {
      time: ['time'],
      metric: ['statistic'],
      geo: named.filter((name) => PLACES.includes(name.split('.')[0] ?? ''))
    },
    dimension: Object.fromEntries<object>([
      ...dimensions.map(({ name, description, found }): [string, object] => [name, {
        label: description,
        category: {
          index: [...found.keys()], label: Object.fromEntries(found.entries().map(([word, { label }]) => [word, label]))
        }
      }]),
      ['statistic', {
        label: 'What is told',
        category: {
          index: statistics.map(({ name }) => name),
          label: Object.fromEntries(statistics.map(({ name }) => [name, name])),
          note: Object.fromEntries(statistics.map(({ name, description }) => [name, [description]])),
          ...(typeof unit === 'string' && { unit: { value: { label: unit } } })
        }
      }]
    ]),
    link: { license: [{ href: LICENCE_URL }] },
    extension: { licence: LICENCE, attribution: ATTRIBUTION, time_zone: 'Europe/London', symbols: SYMBOLS_EXPLAINED }
  }
}

async function toJson (values: readonly unknown[]): Promise<string> {
  const slices = new Slices()
  const texts: string[] = []
  for (let from = 0; from < values.length; from += 1000) {
    texts.push(JSON.stringify(values.slice(from, from + 1000)).slice(1, -1))
    if (slices.over) await slices.pause()
  }
  return `[${texts.join(',')}]`
}
