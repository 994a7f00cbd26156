import { createHash } from 'node:crypto'

/** A number in [0, 1) that is always the same for the same words: the demo's only source of variety. */
export function chance (...words: Array<string | number>): number {
  return createHash('md5').update(words.join(' ')).digest().readUInt32BE(0) / 2 ** 32
}

/** A whole number near `mean`, always the same for the same words: off by a fifth at most, and the fraction by lot. */
export function around (mean: number, ...words: Array<string | number>): number {
  return Math.floor(mean * (0.8 + 0.4 * chance('size', ...words)) + chance('rest', ...words))
}

/** One of `items`, each as likely as its share. Throws RangeError if there are none. */
export function pick<T extends { share: number }> (items: readonly T[], ...words: Array<string | number>): T {
  const total = items.reduce((sum, { share }) => sum + share, 0)
  let left = chance('pick', ...words) * total
  for (const item of items) {
    left -= item.share
    if (left < 0) return item
  }
  const last = items.at(-1)
  if (last === undefined) throw new RangeError('nothing to pick from')
  return last
}
