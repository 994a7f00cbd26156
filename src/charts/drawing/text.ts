/** Sizes in pixels at the natural size of a chart: no text of it is smaller than `SMALL`. */
export const SMALL = 12
export const BODY = 14
export const FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
/** From the base of a line to that of the next, as a share of its size. */
export const LEADING = 1.3

// Widths of Arial in thousandths of its size (Adobe's metrics of Helvetica are the same), for what names are made of.
const WIDTHS = new Map([
  ...widths(222, 'ijl\'‘’|'), ...widths(278, ' !,./:;[]\\ftI·'), ...widths(333, '()-r“”`°"'), ...widths(389, '*'),
  ...widths(500, 'ckvxyzsJ'), ...widths(584, '+<=>~−'), ...widths(667, 'ABEKPSVXY&'), ...widths(722, 'CDHNRUw'),
  ...widths(611, 'FTZ'), ...widths(778, 'GOQ'), ...widths(833, 'mM'), ...widths(889, '%'), ...widths(944, 'W'),
  ...widths(1000, '—…')
])
const OTHERS = 556
/** Of letters that are not in Latin, which may be as wide as they are high. */
const WIDE = 1000
const BOLD = 1.08

function widths (width: number, letters: string): Array<[string, number]> {
  return Array.from(letters, (letter) => [letter, width])
}

/** An estimate of how wide a text is, in pixels: nothing here can measure one. */
export function textWidth (text: string, size: number, isBold = false): number {
  let sum = 0
  for (const letter of text) sum += WIDTHS.get(letter) ?? (letter > '\u024f' && letter < '\u2010' ? WIDE : OTHERS)
  return sum * size / 1000 * (isBold ? BOLD : 1)
}

/** A text as lines of at most `width` pixels; a word that is longer than a line is broken. */
export function wrap (text: string, width: number, size: number, isBold = false): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (textWidth(longer, size, isBold) <= width) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    line = ''
    for (const letter of word) {
      if (line !== '' && textWidth(line + letter, size, isBold) > width) {
        lines.push(line)
        line = ''
      }
      line += letter
    }
  }
  return line === '' ? lines : [...lines, line]
}

/** At most `most` lines; the last one ends with … where something was left out. */
export function wrapUpTo (most: number, text: string, width: number, size: number): string[] {
  const lines = wrap(text, width, size)
  if (lines.length <= most) return lines
  const last = wrap(lines[most - 1] ?? '', width - textWidth('…', size), size)[0] ?? ''
  return [...lines.slice(0, most - 1), `${last}…`]
}
