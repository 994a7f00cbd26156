import * as Plot from '@observablehq/plot'
import { letterOf, type PlacedNote } from './notes.ts'
import { INK, PAPER } from './palette.ts'
import type { Frame } from './frame.ts'
import { SMALL } from './text.ts'

/** Letters that are nearer than this would touch, in pixels. */
const APART = 14

/** A vertical line for each note, with its letter above; letters that would touch take turns in height. */
export function noteMarks (notes: readonly PlacedNote[], { left, right, top, periods }: Frame): Plot.Markish[] {
  let last = -Infinity
  let isHigh = false
  const placed = notes.map((note, i) => {
    const x = note.at * (right - left) / periods
    isHigh = x - last < APART && !isHigh
    last = x
    return { at: note.at, isBreak: note.isBreak, letter: letterOf(i), isHigh }
  })
  const [breaks, others] = [placed.filter(({ isBreak }) => isBreak), placed.filter(({ isBreak }) => !isBreak)]
  return [
    Plot.ruleX(breaks, { x: 'at', stroke: INK, strokeWidth: 1.75 }),
    Plot.ruleX(others, { x: 'at', stroke: INK, strokeDasharray: '1 3' }),
    ...[true, false].map((high) => Plot.text(placed.filter((note) => note.isHigh === high), {
      x: 'at',
      frameAnchor: 'top',
      dy: high ? 2 - top : -14,
      text: 'letter',
      fontSize: SMALL,
      fontWeight: 'bold',
      fill: INK,
      stroke: PAPER,
      strokeWidth: 3
    }))
  ]
}
