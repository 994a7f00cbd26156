import * as Plot from '@observablehq/plot'
import type { KeyItem } from './blocks.ts'
import { GAPS, hatch, REMARKS, type Gap, type Remark } from './hatches.ts'
import { COLOURS, INK, PAPER, type Style } from './palette.ts'
import { plotOn } from './plot.ts'
import type { Sheet } from './sheet.ts'

export const RADIUS = 4

/** Values that may change, or are of too few days, are hollow. */
const filling = (remark: Remark | undefined, colour: string): string =>
  remark === undefined || remark === 'revised' ? colour : PAPER

/** The options of Plot for the marker of a series. */
export function markerOf ({ colour, marker }: Style, remark: Remark | undefined) {
  return { symbol: marker, r: RADIUS, fill: filling(remark, colour), stroke: colour, strokeWidth: 1.5 }
}

/** A marker by itself, with its middle at x and y; `remark` as it is drawn for such a value. */
export function drawMarker (sheet: Sheet, style: Style, x: number, y: number, remark?: Remark): void {
  const at = { x: [0], y: [0] }
  const marks = [
    Plot.dot([0], { ...at, ...markerOf(style, remark) }),
    ...remark === undefined ? [] : ringsOf([0], { x: () => 0, y: () => 0 }, remark, style.colour)
  ]
  const [size, domain] = [20, [-1, 1]]
  const plot = plotOn(sheet, {
    width: size, height: size, margin: 0, x: { domain, axis: null }, y: { domain, axis: null }, marks
  })
  sheet.place(plot, x - size / 2, y - size / 2)
}

/** What is drawn over the markers of values with a remark: a dot in those of few days, a ring around revised ones. */
export function ringsOf<T> (
  values: T[], at: { x: (value: T) => number, y: (value: T) => number }, remark: Remark, colour: string
): Plot.Markish[] {
  switch (remark) {
    case 'provisional': return []
    case 'partial': return [Plot.dot(values, { ...at, r: 1.5, fill: colour })]
    case 'revised': return [Plot.dot(values, { ...at, r: RADIUS + 3, stroke: colour, strokeWidth: 1.2 })]
  }
}

/** A series in a key: its dashes and marker. */
export const keyOfSeries = (name: string, style: Style): KeyItem => ({
  text: name,
  sign: (sheet, x, y) => {
    sheet.add('line', {
      x1: x - 12, x2: x + 12, y1: y, y2: y, stroke: style.colour, 'stroke-width': 2.5, 'stroke-dasharray': style.dash
    })
    drawMarker(sheet, style, x, y)
  }
})

/** A hatching in a key. */
export const keyOfGap = (gap: Gap): KeyItem => ({
  text: GAPS[gap],
  sign: (sheet, x, y) => {
    sheet.add('rect', {
      x: x - 9, y: y - 6, width: 18, height: 12, fill: hatch(sheet, gap), stroke: INK, 'stroke-width': 0.75
    })
  }
})

/** A marked value in a key. */
export const keyOfRemark = (remark: Remark): KeyItem => ({
  text: REMARKS[remark],
  sign: (sheet, x, y) => drawMarker(sheet, { colour: COLOURS[0], dash: 'none', marker: 'circle' }, x, y, remark)
})

/** A letter in a key, as it stands above its line. */
export const keyOfLetter = (letter: string, text: string): KeyItem => ({
  text,
  sign: (sheet, x, y) => {
    sheet.add('text', {
      x, y: y + 4, 'font-size': 12, 'font-weight': 'bold', fill: INK, 'text-anchor': 'middle'
    }, { text: letter })
  }
})
