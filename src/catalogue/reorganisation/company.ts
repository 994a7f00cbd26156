import type { Authority } from '../directory.ts'
import { listed, type ReorganisationOrder } from './order.ts'
import { begunNamed, slugsOf, type Begun, type Ended, type Scene } from './scene.ts'

export interface GroupMove { slug: string, added: Begun[] }
export interface CoverMove { body: Authority, added: Begun[] }
export interface AdministratorMove { tokenId: string, added: Begun[] }

const successorsOf = (some: Ended[]): Begun[] => [...new Set(some.flatMap(({ successors }) => successors))]

/** Comparator groups get the successors beside those that end: a comparison takes those in force in its period. */
export function planGroups (
  { rows, ended, refusals }: Scene, words: ReorganisationOrder['comparator_groups'] = 'carry'
): GroupMove[] {
  const left = new Set<string>()
  listed(words).forEach(({ group, end }, index) => {
    if (!rows.kpis.groups.some(({ slug }) => slug === group)) {
      refusals.add(`/comparator_groups/${index}/group`, `There is no comparator group ${group}.`, 'unknown-group')
    }
    if (end) left.add(group)
  })
  if (words === 'end') return []
  return rows.kpis.groups.flatMap(({ slug, authorities }) => {
    const added = successorsOf(authorities.flatMap((id) => ended.get(id) ?? []))
    return added.length === 0 || left.has(slug) ? [] : [{ slug, added }]
  })
}

/**
 * Counties, combined authorities and transport bodies that cover those which end cover their successors as well: a
 * county only the districts that are in it, a combined authority its members.
 */
export function planCovers ({ register, ended, begun }: Scene): CoverMove[] {
  const covered = new Map([...ended.values()].flatMap((one) => [[one.row.key, one], [one.row.gss ?? one.row.key, one]]))
  const belongs = (body: Authority, { row }: Begun): boolean => {
    const names = [body.key, body.gss]
    if (body.type === 'county') return names.includes(row.parent_gss ?? '')
    if (body.type === 'combined-authority') return names.includes(row.combined_authority_gss ?? '')
    return true
  }
  return register.all.flatMap((body) => {
    if (ended.has(body.id)) return []
    const after = successorsOf(body.covers.flatMap((key) => covered.get(key) ?? []))
    const others = begun.filter(({ row }) => [body.key, body.gss].some((key) =>
      key !== null && (row.parent_gss === key || row.combined_authority_gss === key)
    ))
    const added = [...new Set([...after, ...others])].filter((one) => belongs(body, one))
    return added.length === 0 ? [] : [{ body, added }]
  })
}

/** Whether administrators and readers of those that end are also those of the successors: only if the order says so. */
export function planAdministrators (
  scene: Scene, words: ReorganisationOrder['administrators'] = 'keep'
): AdministratorMove[] {
  const { rows, ended, refusals } = scene
  const people = rows.tokens.filter(({ role, authorities }) =>
    (role === 'administrator' || role === 'reader') && authorities.some((id) => ended.has(id))
  )
  if (words === 'carry') {
    return people.map(({ id, authorities }) => {
      const old = authorities.flatMap((one) => ended.get(one) ?? [])
      for (const { row, successors } of old) {
        if (successors.length < 2) continue
        refusals.add(
          '/administrators',
          `${row.slug} gives way to ${slugsOf(successors).join(' and ')}: say which of them token ${id} is for, as ` +
            `{"token": "${id}", "to": [...]}, for each token that goes on.`
        )
      }
      return { tokenId: id, added: successorsOf(old) }
    })
  }
  return listed(words).flatMap(({ token, to }, index) => {
    const pointer = `/administrators/${index}`
    const person = people.find(({ id }) => id === token)
    if (person === undefined) {
      refusals.add(`${pointer}/token`, `${token} is no token in force of an administrator or reader of those that end.`)
      return []
    }
    const allowed = successorsOf(person.authorities.flatMap((id) => ended.get(id) ?? []))
    const added = to.flatMap((name, i) => {
      const begun = begunNamed(scene, name)
      if (begun !== undefined && allowed.includes(begun)) return [begun]
      refusals.add(`${pointer}/to/${i}`, `${name} follows none of the authorities that the token is of.`)
      return []
    })
    return [{ tokenId: token, added }]
  })
}
