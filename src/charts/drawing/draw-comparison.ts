import type { Status } from '../../domain/status.ts'
import type { ComparisonBar, ComparisonChart } from '../spec.ts'
import { keyOfBars } from './bar-key.ts'
import { barsOf } from './bars.ts'
import { captionOf, drawBlocks, gap, headOf, heightOf, keyBlock, textBlock, type Block } from './blocks.ts'
import { describeComparison } from './describe.ts'
import { REMARKS } from './hatches.ts'
import { Sheet } from './sheet.ts'
import { BODY } from './text.ts'
import { scaleOf, type Scale } from './units.ts'

/** The longest list of authorities without a value for one reason. */
const MOST_NAMES = 40

/** Marks of values as the Government Analysis Function writes them. */
const MARKS: Partial<Record<Status, string>> = { provisional: '[p]', revised: '[r]' }

/** Authorities as horizontal bars, the best first, as an SVG. */
export function drawComparison (chart: ComparisonChart): string {
  const { width, rows, without, more } = chart
  const sheet = new Sheet(JSON.stringify(chart))
  const scale = scaleOf(chart.unit, Math.max(0, ...rows.map(({ value }) => Math.abs(value))))
  const axis = [chart.axis, scale.axis].filter((text) => text !== '').join(', ')
  const blocks: Block[] = [
    ...headOf(chart),
    keyBlock(keyOfBars(chart, scale), width, 'rows'),
    gap(6),
    ...axis === '' ? [] : [textBlock(axis, width)],
    rows.length === 0
      ? textBlock('No authority has a value.', width, { size: BODY, after: 8 })
      : barsOf(sheet, chart, { scale, labelOf: (row) => labelOf(row, scale) }),
    gap(6),
    ...more === 0 ? [] : [textBlock(`${more} more have a value and are not drawn.`, width, { after: 4 })],
    ...without.length === 0 ? [] : [textBlock('Without a value, which is not 0:', width, { isBold: true, after: 2 })],
    ...without.map(({ why, names }) => textBlock(`${why}: ${listed(names)}`, width, { indent: 8, after: 3 })),
    ...notesOf(chart, scale).map((note) => textBlock(note, width, { after: 3 })),
    ...captionOf(chart)
  ]
  return sheet.finish({
    width,
    height: Math.ceil(heightOf(blocks)),
    title: chart.title,
    description: describeComparison(chart, scale),
    draw: () => drawBlocks(sheet, blocks)
  })
}

const labelOf = ({ value, status }: ComparisonBar, { format }: Scale): string =>
  [format(value), MARKS[status] ?? []].flat().join(' ')

/** What is to be said of the bars in words. */
function notesOf ({ rows, together, hasOwnTargets }: ComparisonChart, { format }: Scale): string[] {
  const { value, reporting, authorities } = together
  const marked = (['provisional', 'revised'] as const).filter((status) => rows.some((row) => row.status === status))
  return [
    ...marked.map((status) => `${MARKS[status] ?? ''} ${REMARKS[status]}`),
    ...value === null
      ? []
      : [`All of the group together: ${format(value)} (${reporting} of ${authorities} authorities have a value).`],
    ...hasOwnTargets ? ['Some authorities have a target of their own, which is not drawn.'] : []
  ]
}

const listed = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`
