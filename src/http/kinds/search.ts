import { fold } from '../../domain/fold.ts'

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
