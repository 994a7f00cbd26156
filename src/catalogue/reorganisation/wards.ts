import { parseDay } from '../../domain/calendar.ts'
import type { CatalogueRows } from '../store/catalogue.ts'
import { listed, type ReorganisationOrder, type WardWord } from './order.ts'
import { begunNamed, slugsOf, type Begun, type Ended, type Scene } from './scene.ts'

export type AreaRow = CatalogueRows['areas'][number]
/** A ward of an authority that ends, and whose it is then; undefined: it ends as well. */
export interface WardMove { area: AreaRow, from: Ended, to: Begun | undefined }

const NAMED = 5

const lastDay = ({ valid_to: to }: AreaRow): number => to === null ? Infinity : parseDay(to) ?? Infinity

/** Where every ward goes that those which end would have on the day. */
export function planWards (scene: Scene, words: ReorganisationOrder['wards'] = 'carry'): WardMove[] {
  const { rows, ended, on } = scene
  const wards = rows.areas.filter((area) =>
    area.removed_at === null && ended.has(area.authority_id) && lastDay(area) >= on
  )
  const said = readWords(scene, wards, listed(words))
  const undecided = new Map<Ended, AreaRow[]>()
  const moves = wards.flatMap((area): WardMove[] => {
    const from = ended.get(area.authority_id)
    if (from === undefined) return []
    if (said.has(area)) return [{ area, from, to: said.get(area) }]
    if (words === 'end') return [{ area, from, to: undefined }]
    if (from.successors.length === 1) return [{ area, from, to: from.successors[0] }]
    undecided.set(from, [...undecided.get(from) ?? [], area])
    return []
  })
  for (const [{ row, successors }, left] of undecided) {
    if (successors.length === 0) continue // said already
    scene.refusals.add(
      '/wards',
      `${row.slug} gives way to ${slugsOf(successors).join(' and ')}: say where its wards go, as ` +
        `{"codes": [...], "to": "${successors[0]?.row.slug}"}. Not said of ${naming(left)}.`
    )
  }
  return withoutRepeats(moves)
}

function readWords (scene: Scene, wards: AreaRow[], words: WardWord[]): Map<AreaRow, Begun | undefined> {
  const { refusals, ended, register, on } = scene
  const said = new Map<AreaRow, Begun | undefined>()
  const byCode = new Set<AreaRow>()
  const decide = (area: AreaRow, to: Begun | undefined, pointer: string): void => {
    const { row, successors = [] } = ended.get(area.authority_id) ?? {}
    if (to !== undefined && !successors.includes(to)) {
      refusals.add(`${pointer}/to`, `${to.row.slug} does not have ${row?.slug} among its predecessors.`)
    }
    said.set(area, to)
  }
  words.forEach(({ from, codes, to: name, end = false }, index) => {
    const pointer = `/wards/${index}`
    const to = name === undefined ? undefined : begunNamed(scene, name)
    if ((from === undefined) === (codes === undefined)) refusals.add(pointer, 'Say either `from` or `codes`.')
    if ((name === undefined) === !end) refusals.add(pointer, 'Say either `to`, or `"end": true`.')
    if (name !== undefined && to === undefined) refusals.add(`${pointer}/to`, `${name} is not among those that begin.`)
    if (from !== undefined) {
      const authority = ended.get(register.on(from, on - 1)?.id ?? 0)
      if (authority === undefined) refusals.add(`${pointer}/from`, `${from} is not among those that end.`)
      const own = wards.filter((area) => area.authority_id === authority?.row.id && !byCode.has(area))
      for (const area of own) decide(area, to, pointer)
    }
    for (const [i, code] of (codes ?? []).entries()) {
      const found = wards.filter((area) => area.code === code.toUpperCase() || area.code === code)
      if (found.length === 0) {
        refusals.add(`${pointer}/codes/${i}`, `${code} is no ward of those that end on that day.`, 'unknown-ward')
      }
      for (const area of found) {
        if (byCode.has(area)) refusals.add(`${pointer}/codes/${i}`, `${code} is said twice.`)
        byCode.add(area)
        decide(area, to, pointer)
      }
    }
  })
  return said
}

/** A code is once an authority, even where two that end had a ward of it. */
function withoutRepeats (moves: WardMove[]): WardMove[] {
  const taken = new Set<string>()
  return moves.map((move) => {
    if (move.to === undefined) return move
    const key = `${move.area.code} ${move.to.row.key}`
    if (taken.has(key)) return { ...move, to: undefined }
    taken.add(key)
    return move
  })
}

function naming (areas: AreaRow[]): string {
  const some = areas.slice(0, NAMED).map(({ code, name }) => `${code} ${name}`).join(', ')
  return areas.length > NAMED ? `${some} and ${areas.length - NAMED} more` : some
}

/** Whether a ward would only have begun once its authority has ended: it then never was one of it. */
export const isYetToBegin = ({ area: { valid_from: from } }: WardMove, on: number): boolean =>
  from !== null && (parseDay(from) ?? -Infinity) >= on
