/**
 * Colours of text and lines. Text has a contrast of at least 4.5:1 with white, everything that says something of at
 * least 3:1 (WCAG 2.2, 1.4.3 and 1.4.11); `GRID` says nothing.
 */
export const INK = '#0b0c0c'
export const GREY = '#505a5f'
export const PAPER = '#ffffff'
export const GRID = '#d5d8da'
export const TARGET = '#942514'

/**
 * The categorical palette of the Government Analysis Function: each has 3:1 with white, and dark and light take turns,
 * so that each has 3:1 with the next one, the first with the last.
 */
export const COLOURS = ['#12436d', '#28a197', '#801650', '#f46a25', '#3d3d3d', '#a285d1'] as const

/** Series are told apart by dashes and markers too. */
const DASHES = ['none', '7 3', '2 3', '10 3 2 3', '14 4', '5 2 1 2 1 2'] as const
export const MARKERS = ['circle', 'square', 'triangle', 'diamond', 'star', 'wye'] as const
export type Marker = typeof MARKERS[number]

export interface Style { colour: string, dash: string, marker: Marker }

/** Of the series at a place: no two of the first 36 have the same colour, dash and marker. */
export function styleOf (at: number): Style {
  const round = Math.floor(at / COLOURS.length)
  return {
    colour: COLOURS[at % COLOURS.length] ?? INK,
    dash: DASHES[(at + round) % DASHES.length] ?? 'none',
    marker: MARKERS[(at + 3 * round) % MARKERS.length] ?? 'circle'
  }
}
