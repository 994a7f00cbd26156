import type { CatalogueRows } from '../store/catalogue.ts'
import { listed, type ReorganisationOrder, type SourceWord } from './order.ts'
import { begunNamed, slugsOf, type Begun, type Ended, type Scene } from './scene.ts'

type SourceRow = CatalogueRows['sources'][number]
/**
 * A source that reports on authorities which end. `to`: those it may report on from then on. `own`: it is of one that
 * ends; `ends`: so does it.
 */
export interface SourceMove { source: SourceRow, address: string, to: Begun[], own: boolean, ends: boolean }

/** What becomes of every source of those that end, and of others that report on them. */
export function planSources (scene: Scene, words: ReorganisationOrder['sources'] = 'carry'): SourceMove[] {
  const { rows, register, ended } = scene
  const concerned = rows.sources.flatMap((source) => {
    const about = [...new Set([source.authority_id, ...source.provider_for])].flatMap((id) => ended.get(id) ?? [])
    const address = `${register.slugOf(source.authority_id)}/${source.name}`
    return about.length === 0 ? [] : [{ source, about, address, own: ended.has(source.authority_id) }]
  })
  const said = readWords(scene, concerned, listed(words))
  return concerned.map(({ source, about, address, own }): SourceMove => {
    const word = said.get(source)
    if (word !== undefined) return { source, address, own, ...word, ends: own && word.ends }
    if (words === 'end') return { source, address, own, to: [], ends: own }
    const several = about.filter(({ successors }) => successors.length > 1)
    for (const { row, successors } of several) {
      scene.refusals.add(
        '/sources',
        `${address} reports on ${row.slug}, which gives way to ${slugsOf(successors).join(' and ')}: say for which ` +
          `it goes on, as {"source": "${address}", "to": [...]}, or that it does not, with "end": true.`
      )
    }
    return { source, address, own, to: [...new Set(about.flatMap(({ successors }) => successors))], ends: false }
  })
}

function readWords (
  scene: Scene, concerned: Array<{ source: SourceRow, about: Ended[], address: string }>, words: SourceWord[]
): Map<SourceRow, { to: Begun[], ends: boolean }> {
  const { refusals } = scene
  const said = new Map<SourceRow, { to: Begun[], ends: boolean }>()
  words.forEach(({ source: address, to: names = [], end = false }, index) => {
    const pointer = `/sources/${index}`
    const one = concerned.find((candidate) => candidate.address === address)
    if (one === undefined) {
      refusals.add(`${pointer}/source`, `${address} is no source that reports on any of those that end.`)
      return
    }
    if ((names.length === 0) === !end) refusals.add(pointer, 'Say either `to`, or `"end": true`.')
    if (said.has(one.source)) refusals.add(`${pointer}/source`, `${address} is said twice.`)
    const allowed = new Set(one.about.flatMap(({ successors }) => successors))
    const to = names.flatMap((name, i) => {
      const begun = begunNamed(scene, name)
      if (begun !== undefined && allowed.has(begun)) return [begun]
      refusals.add(`${pointer}/to/${i}`, `${name} follows none of the authorities that ${address} reports on.`)
      return []
    })
    said.set(one.source, { to, ends: end })
  })
  return said
}
