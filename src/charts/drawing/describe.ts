import type { ChartValue, ComparisonChart, SeriesChart } from '../spec.ts'
import { PERIODS_IN_WORDS, periodInWords } from './dates.ts'
import type { Scale } from './units.ts'

/** The longest description, in characters: it is read aloud. */
const LONGEST = 1500

/** A chart of lines in words: of each series its ends and extremes, and what has no value. */
export function describeSeries (chart: SeriesChart, { format }: Scale): string {
  const { series, periods, period } = chart
  const nameAt = (i: number): string => periods[i] === undefined ? '' : periodInWords(period, periods[i])
  const sentences = series.map(({ name, values }) => {
    const known = values.flatMap(({ value }, i) => value === null ? [] : [{ value, i }])
    const [first] = known
    const last = known.at(-1)
    const told = (one: { value: number, i: number } | undefined) =>
      one === undefined ? '' : `${format(one.value)} in ${nameAt(one.i)}`
    const largest = known.toSorted((a, b) => b.value - a.value)[0]
    const least = known.toSorted((a, b) => a.value - b.value)[0]
    const said = known.length === 0
      ? 'no values'
      : known.length === 1
        ? told(first)
        : `${told(first)}, ${told(last)}; lowest ${told(least)}, highest ${told(largest)}`
    return `${name === '' ? '' : `${name}: `}${said}.${gapsOf(values)}`
  })
  const span = periods.length === 1
    ? nameAt(0)
    : `${PERIODS_IN_WORDS[period]}, ${nameAt(0)} to ${nameAt(periods.length - 1)}`
  return cut([`Line chart, ${span}.`, ...sentences])
}

/** A comparison in words: the authorities by rank, and those without a value. */
export function describeComparison (chart: ComparisonChart, { format }: Scale): string {
  const { rows, quartiles, without } = chart
  return cut([
    `Bar chart of ${rows.length} authorities.`,
    ...quartiles === undefined ? [] : [`Median ${format(quartiles.median)}.`],
    ...rows.map(({ name, value, rank }) => `${rank === null ? 'Not ranked' : rank}: ${name} ${format(value)}.`),
    ...without.map(({ why, names }) => `No value, ${why}: ${names.join(', ')}.`)
  ])
}

function gapsOf (values: readonly ChartValue[]): string {
  const byStatus = Map.groupBy(values.filter(({ value }) => value === null), ({ status }) => status)
  const told = [...byStatus].map(([status, some]) => `${some.length} ${status.replaceAll('-', ' ')}`)
  return told.length === 0 ? '' : ` Periods without a value: ${told.join(', ')}.`
}

function cut (sentences: readonly string[]): string {
  const text = sentences.join(' ')
  if (text.length <= LONGEST) return text
  return `${text.slice(0, text.lastIndexOf(' ', LONGEST))} … All values are in the JSON and CSV of the same address.`
}
