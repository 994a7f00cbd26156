/** A number in [0, 1) that is always the same for the same words: the demo's only source of variety. */
export function chance (...words: Array<string | number>): number {
  const text = words.join(' ')
  // FNV-1a, then the last steps of MurmurHash3, which make texts that differ in one digit far apart. A hundred thousand
  // events take some five of these each, so MD5 would be most of the demo's own time.
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b)
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35)
  return ((hash ^ hash >>> 16) >>> 0) / 2 ** 32
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
