/**
 * A text as it is looked for: without case, accents, apostrophes and punctuation, `&` as "and", words apart by one
 * space. "St. Helens" and "st helens", "Ynys Môn" and "ynys mon" are the same.
 */
export function fold (text: string): string {
  return text.normalize('NFKD').replaceAll(/[\u0300-\u036F'’‘ʼ`]/g, '').toLowerCase().replaceAll('&', ' and ')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim()
}

const folded = new WeakMap<object, string>()

/** Whether every word of `q` stands in the names of a row. */
export function searcher<Row extends object> (
  q: string, namesOf: (row: Row) => ReadonlyArray<string | null>
): (row: Row) => boolean {
  const words = fold(q).split(' ')
  if (words[0] === '') return () => false
  return (row) => {
    let names = folded.get(row)
    if (names === undefined) {
      names = namesOf(row).map((name) => fold(name ?? '')).join('\n')
      folded.set(row, names) // a row lives as long as its directory
    }
    return words.every((word) => names.includes(word))
  }
}
