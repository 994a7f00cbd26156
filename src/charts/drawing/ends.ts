import { INK } from './palette.ts'
import { PADDING } from './blocks.ts'
import type { Frame } from './frame.ts'
import type { Sheet } from './sheet.ts'
import { LEADING, SMALL, textWidth, wrapUpTo } from './text.ts'

/** What is named beside the right end of its line. `value` as it is drawn; undefined: it has none. */
export interface End { text: string, value: number | undefined, sign: (sheet: Sheet, x: number, y: number) => void }

const SIGN = 30
const leading = Math.round(SMALL * LEADING)

/** Names at the right ends of lines, each with its sign, moved apart where they would touch. */
export function nameEnds (ends: readonly End[], width: number) {
  const most = Math.min(width * 0.3, Math.max(...ends.map(({ text }) => textWidth(text, SMALL))) + 1)
  const lines = ends.map(({ text }) => wrapUpTo(2, text, most, SMALL))
  return {
    width: SIGN + most + PADDING,
    draw: (sheet: Sheet, y: number, frame: Frame): void => {
      const { top, bottom, right } = frame
      const wanted = ends.map(({ value }) => value === undefined ? bottom : heightAt(value, frame))
      const heights = lines.map((some) => some.length * leading + 3)
      for (const [i, middle] of apart(wanted, heights, top - 8, bottom + 30).entries()) {
        ends[i]?.sign(sheet, right + SIGN / 2 + 1, y + middle)
        const some = lines[i] ?? []
        for (const [at, line] of some.entries()) {
          sheet.add('text', {
            x: right + SIGN,
            y: y + middle + 4 + (at - (some.length - 1) / 2) * leading,
            'font-size': SMALL,
            fill: INK
          }, { text: line })
        }
      }
    }
  }
}

const heightAt = (value: number, { low, high, top, bottom }: Frame): number =>
  bottom - (value - low) / (high - low || 1) * (bottom - top)

/** Middles as near as may be to those wanted, in their order, so that nothing overlaps between `least` and `most`. */
export function apart (
  wanted: readonly number[], heights: readonly number[], least: number, most: number
): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0))
  const middles = [...wanted]
  let from = least
  for (const i of order) {
    const half = (heights[i] ?? 0) / 2
    middles[i] = Math.max(wanted[i] ?? 0, from + half)
    from = (middles[i] ?? 0) + half
  }
  let to = Math.max(most, least + heights.reduce((sum, height) => sum + height, 0))
  for (const i of order.toReversed()) {
    const half = (heights[i] ?? 0) / 2
    middles[i] = Math.min(middles[i] ?? 0, to - half)
    to = (middles[i] ?? 0) - half
  }
  return middles
}
