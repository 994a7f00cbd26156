import { GREY, INK } from './palette.ts'
import type { Sheet } from './sheet.ts'
import { LEADING, SMALL, textWidth, wrap } from './text.ts'

/** Left and right of everything. */
export const PADDING = 16

/** A piece of a page, as wide as the page; its height is known before it is drawn. */
export interface Block { height: number, draw: (sheet: Sheet, y: number) => void }

interface TextStyle { size?: number, isBold?: boolean, colour?: string, indent?: number, after?: number }

/** Text in as many lines as it needs. */
export function textBlock (text: string, width: number, style: TextStyle = {}): Block {
  const { size = SMALL, isBold = false, colour = INK, indent = 0, after = 0 } = style
  const lines = wrap(text, width - 2 * PADDING - indent, size, isBold)
  const leading = Math.round(size * LEADING)
  return {
    height: lines.length * leading + after,
    draw: (sheet, y) => {
      for (const [i, line] of lines.entries()) {
        sheet.add('text', {
          x: PADDING + indent,
          y: y + i * leading + size,
          'font-size': size,
          fill: colour,
          ...(isBold && { 'font-weight': 'bold' })
        }, { text: line })
      }
    }
  }
}

/** Space. */
export const gap = (height: number): Block => ({ height, draw: () => undefined })

/** A sign, drawn with its middle at x and y, and what it means. */
export interface KeyItem { text: string, isBold?: boolean, sign: (sheet: Sheet, x: number, y: number) => void }
const SIGN = 28

/** Signs and what they mean: one after the other in a row as far as they fit, or a line each. */
export function keyBlock (items: readonly KeyItem[], width: number, layout: 'rows' | 'lines'): Block {
  const leading = Math.round(SMALL * LEADING)
  const most = width - 2 * PADDING
  let [x, y] = [0, 0]
  const placed = items.map((item) => {
    const lines = wrap(item.text, most - SIGN, SMALL)
    const own = SIGN + Math.max(...lines.map((line) => textWidth(line, SMALL))) + 18
    if (x > 0 && (layout === 'lines' || x + own - 18 > most)) [x, y] = [0, y + leading + 4]
    const place = { item, lines, x: PADDING + x, y }
    if (lines.length > 1) y += (lines.length - 1) * leading
    x += own
    return place
  })
  return {
    height: items.length === 0 ? 0 : y + leading + 4,
    draw: (sheet, top) => {
      for (const { item, lines, x, y } of placed) {
        item.sign(sheet, x + SIGN / 2 - 4, top + y + leading / 2)
        for (const [i, line] of lines.entries()) {
          sheet.add('text', {
            x: x + SIGN, y: top + y + i * leading + SMALL, 'font-size': SMALL, fill: INK
          }, { text: line })
        }
      }
    }
  }
}

/** What stands above every chart. */
export function headOf (page: { title: string, subtitle: string, width: number }): Block[] {
  const { title, subtitle, width } = page
  return [
    gap(12),
    textBlock(title, width, { size: width < 480 ? 16 : 18, isBold: true, after: 4 }),
    textBlock(subtitle, width, { size: 13, colour: GREY, after: 8 })
  ]
}

/** What stands under every chart: source, licence and date. */
export const captionOf = ({ caption, width }: { caption: readonly string[], width: number }): Block[] => [
  gap(6), ...caption.map((line) => textBlock(line, width, { colour: GREY, after: 2 })), gap(10)
]

export const heightOf = (blocks: readonly Block[]): number => blocks.reduce((sum, { height }) => sum + height, 0)

/** Draws blocks one under the other. */
export function drawBlocks (sheet: Sheet, blocks: readonly Block[]): void {
  let y = 0
  for (const block of blocks) {
    block.draw(sheet, y)
    y += block.height
  }
}
