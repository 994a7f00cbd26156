import { formatDay } from '../../domain/calendar.ts'
import type { Authority } from '../directory.ts'
import { common, newAuthority } from './begin.ts'
import type { ReorganisationOrder } from './order.ts'
import { begunNamed, type Begun, type Ended, type Scene } from './scene.ts'

/** Who ends and who begins. What is wrong is added to `refusals`; the rest is read on, so that all of it is said. */
export function setScene (
  { rows, register, refusals }: Pick<Scene, 'rows' | 'register' | 'refusals'>, order: ReorganisationOrder, on: number
): Scene {
  const dayBefore = formatDay(on - 1)
  const ended = new Map<number, Ended>()
  const indexOf = new Map<number, number>()
  for (const [index, name] of order.end.entries()) {
    const row = register.on(name, on - 1)
    const pointer = `/end/${index}`
    if (row === undefined) refusals.add(pointer, register.explain(name, on - 1, dayBefore), 'unknown-authority')
    else if (ended.has(row.id)) refusals.add(pointer, `${row.slug} stands in the list twice.`)
    else {
      const next = row.replaced_by.map((key) => register.byKey(key)?.slug ?? key)
      if (next.length > 0) {
        refusals.add(
          pointer,
          `${row.slug} ends on ${row.valid_to} already and is followed by ${next.join(' and ')}: delete the ` +
            'reorganisation that says so first.'
        )
      }
      ended.set(row.id, { row, successors: [] })
      indexOf.set(row.id, index)
    }
  }
  const scene: Scene = {
    rows, register, refusals, warnings: [], on, onText: order.on, dayBefore, ended, begun: []
  }
  order.begin.forEach((input, index) => {
    const predecessors = predecessorsOf(scene, input.predecessors, index)
    const begun = newAuthority(scene, input, predecessors, order.order ?? order.title, index)
    for (const one of predecessors) one.successors.push(begun)
    scene.begun.push(begun)
  })
  order.begin.forEach(({ parent }, index) => {
    const begun = scene.begun[index]
    if (begun !== undefined) begun.row.parent_gss = parentOf(scene, begun, parent, index)
  })
  for (const { row, successors } of ended.values()) {
    if (successors.length > 0) continue
    refusals.add(`/end/${indexOf.get(row.id)}`, `No new authority names ${row.slug} among its predecessors.`)
  }
  warnOfCounties(scene)
  return scene
}

function predecessorsOf ({ register, refusals, on, ended }: Scene, names: string[], index: number): Ended[] {
  const found = new Set<Ended>()
  for (const [i, name] of names.entries()) {
    const pointer = `/begin/${index}/predecessors/${i}`
    const row = register.on(name, on - 1)
    const one = ended.get(row?.id ?? 0)
    if (one === undefined) refusals.add(pointer, `${name} is not among those that end: add it to /end, or take it out.`)
    else if (found.has(one)) refusals.add(pointer, `${name} stands in the list twice.`)
    else found.add(one)
  }
  return [...found]
}

/** The key of the county that a new district is in: that of its predecessors, if nothing else is said. */
function parentOf (scene: Scene, district: Begun, said: string | null | undefined, index: number): string | null {
  const { refusals, register, on, ended, onText } = scene
  const pointer = `/begin/${index}/parent`
  const old = district.predecessors.map(({ row }) => row)
  const name = said === undefined && district.row.type === 'district' ? common(scene, old, 'parent_gss', pointer) : said
  if (name === undefined || name === null) return null
  const begun = begunNamed(scene, name)
  const there = register.on(name, on)
  const parent = begun?.row ?? there
  if (parent === undefined) refusals.add(pointer, register.explain(name, on, onText), 'unknown-authority')
  else if (begun === undefined && there !== undefined && ended.has(there.id)) {
    refusals.add(pointer, `${there.slug} ends as well; name the county that is there afterwards, or null.`)
  } else if (parent.type !== 'county') refusals.add(pointer, `${parent.slug} is no county.`)
  return parent?.key ?? null
}

function warnOfCounties ({ register, ended, on, warnings }: Scene): void {
  const districtsOf = (county: Authority): Authority[] =>
    register.all.filter(({ parent_gss: parent, to }) =>
      parent !== null && (parent === county.key || parent === county.gss) && to >= on
    )
  for (const { row } of ended.values()) {
    const left = districtsOf(row).filter(({ id }) => !ended.has(id))
    if (row.type === 'county' && left.length > 0) {
      warnings.push(`${row.slug} ends, but its districts ${left.map(({ slug }) => slug).join(', ')} do not.`)
    }
  }
}
