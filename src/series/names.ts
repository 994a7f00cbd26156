import { UNKNOWN, type Directory } from '../catalogue/directory.ts'
import { OUTCOME_OF_CODE } from '../domain/event.ts'
import type { Dimension } from './cell.ts'

/** As it is shown: the slug of an authority or channel, the code of a ward, the number of a street. */
export function nameOf (directory: Directory, dimension: Dimension, id: number): string {
  switch (dimension) {
    case 'authority': return directory.authorityById.get(id)?.slug ?? UNKNOWN
    case 'channel': return directory.channelById.get(id)?.slug ?? UNKNOWN
    case 'outcome': return OUTCOME_OF_CODE.get(id) ?? UNKNOWN
    case 'ward': return directory.areaById.get(id)?.code ?? UNKNOWN
    case 'street': return id === 0 ? UNKNOWN : String(id)
  }
}

/** In the order of names, the first dimension first. */
export function compareNames (a: string[], b: string[]): number {
  for (const [i, name] of a.entries()) {
    const other = b[i] ?? ''
    if (name !== other) return name < other ? -1 : 1
  }
  return 0
}
