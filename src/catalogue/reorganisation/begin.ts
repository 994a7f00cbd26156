import type { Authority } from '../directory.ts'
import { KIND_OF } from './kinds.ts'
import type { NewAuthority } from './order.ts'
import type { Begun, Ended, Scene } from './scene.ts'

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/
const GSS = /^[ENSW]\d{8}$/

/** An authority as it will be stored; what the order leaves out is what all predecessors have in common. */
export function newAuthority (
  scene: Scene, input: NewAuthority, predecessors: Ended[], attribution: string, index: number
): Begun {
  const { warnings } = scene
  const { slug, gss = null, name, type, aliases = [], population = null } = input
  checkNames(scene, input, index)
  checkCode(scene, gss, type, index)
  if (population === null) warnings.push(`${slug} has no population, so no figure per head of it: give it.`)
  const old = predecessors.map(({ row }) => row)
  return {
    predecessors,
    row: {
      key: gss ?? freeKey(scene, slug),
      slug,
      gss,
      name,
      short_name: input.short_name ?? name.replace(/ Council$/, ''),
      type,
      tier: KIND_OF[type].tier,
      combined_authority_gss: input.combined_authority === undefined
        ? common(scene, old, 'combined_authority_gss', `/begin/${index}/combined_authority`)
        : combinedAuthority(scene, input.combined_authority, index),
      nation: input.nation ?? common(scene, old, 'nation', `/begin/${index}/nation`) ?? '',
      region: input.region === undefined ? common(scene, old, 'region', `/begin/${index}/region`) : input.region,
      population,
      parent_gss: null,
      aliases: aliases.map((alias) => alias.toLowerCase()),
      attribution
    }
  }
}

function checkNames (scene: Scene, input: NewAuthority, index: number): void {
  const { register, refusals, on, onText, ended, begun } = scene
  const { slug, aliases = [] } = input
  const names: Array<[pointer: string, name: string]> = [
    [`/begin/${index}/slug`, slug],
    ...aliases.map((alias, i): [string, string] => [`/begin/${index}/aliases/${i}`, alias.toLowerCase()])
  ]
  for (const [pointer, name] of names) {
    if (!SLUG.test(name)) refusals.add(pointer, 'Use lower-case letters and digits, in words joined by single hyphens.')
    const holder = register.holders(name).find(({ id, to }) => to >= on && !ended.has(id))
    if (holder !== undefined) refusals.add(pointer, `${name} is a name of ${holder.name} on ${onText}; use another.`)
    if (begun.some(({ row }) => row.slug === name || row.aliases.includes(name))) {
      refusals.add(pointer, `${name} is a name of another one that begins.`)
    }
  }
}

function checkCode (scene: Scene, gss: string | null, type: NewAuthority['type'], index: number): void {
  const { register, refusals, begun } = scene
  if (gss === null) return
  const pointer = `/begin/${index}/gss`
  const { codes } = KIND_OF[type]
  const [holder] = register.holders(gss)
  if (!GSS.test(gss)) refusals.add(pointer, `${gss} is no GSS code: send E and eight digits, or null.`)
  else if (codes === null) refusals.add(pointer, `A ${type} has no GSS code; leave it out.`)
  else if (!gss.startsWith(codes)) refusals.add(pointer, `GSS codes of a ${type} begin with ${codes}; this is ${gss}.`)
  else if (holder !== undefined) refusals.add(pointer, `${gss} is the code of ${holder.name}.`)
  if (begun.some(({ row }) => row.gss === gss)) refusals.add(pointer, `${gss} is the code of another one that begins.`)
}

/** What all of them have that have any; where they differ, the operator says. */
export function common (
  { refusals }: Scene,
  old: readonly Authority[],
  field: 'nation' | 'region' | 'combined_authority_gss' | 'parent_gss',
  pointer: string
): string | null {
  const values = new Set(old.flatMap((row) => row[field] ?? []))
  if (values.size > 1) {
    refusals.add(pointer, `Its predecessors differ (${[...values].join(', ')}): say which it is, or null.`)
  }
  return [...values][0] ?? null
}

function combinedAuthority (
  { register, refusals, on, onText, ended }: Scene, name: string | null, index: number
): string | null {
  if (name === null) return null
  const found = register.on(name, on)
  const pointer = `/begin/${index}/combined_authority`
  if (found === undefined || ended.has(found.id)) {
    const why = found === undefined ? register.explain(name, on, onText) : `${name} ends.`
    refusals.add(pointer, why, 'unknown-authority')
  }
  return found?.gss ?? found?.key ?? null
}

/** The slug, unless one that ended long ago has it as its key. */
function freeKey ({ rows, onText }: Scene, slug: string): string {
  return rows.authorities.some(({ key }) => key === slug) ? `${slug}-${onText}` : slug
}
