import type { CataloguePlan } from './plan-load.ts'
import type { Changed, Plan } from './plan.ts'

/** A plan in lines: `+` is added, `~` changed, `-` goes, `=` stays as somebody here made it. Empty: no change. */
export function describePlan (plan: CataloguePlan): string[] {
  return [
    ...plan.recoded.map(({ from, to }) => `~ authority ${from}: key and gss ${show(from)} -> ${show(to)}`),
    ...describe('authority', plan.authorities, ({ slug, gss }) => `${slug} ${gss ?? ''}`.trim()),
    ...describe('service', plan.services, ({ slug }) => slug),
    ...describe('channel', plan.channels, ({ slug }) => slug),
    ...describe('area', plan.areas, ({ code, authority, name }) => `${code} of ${authority} (${name})`),
    ...describe('provision', plan.provision, ({ authority, service }) => `${authority} ${service}`)
  ]
}

function describe<T> (kind: string, { added, changed, kept, gone }: Plan<T>, nameOf: (row: T) => string): string[] {
  const fields = ({ differences }: Changed<T>, arrow: string): string =>
    differences.map(({ field, was, is }) => `${field} ${show(was)} ${arrow} ${show(is)}`).join('; ')
  return [
    ...added.map((row) => `+ ${kind} ${nameOf(row)}`),
    ...changed.map((one) => `~ ${kind} ${nameOf(one.row)}: ${fields(one, '->')}`),
    ...gone.map((row) => `- ${kind} ${nameOf(row)}`),
    ...kept.map((one) => `= ${kind} ${nameOf(one.row)} is local and stays: ${fields(one, 'here, shipped')}`)
  ]
}

const show = (value: unknown): string => JSON.stringify(value)

/** How many rows of each kind would be added, changed, taken away, and kept as they are. */
export function countPlan (plan: CataloguePlan): string[] {
  const { recoded, ...kinds } = plan
  const counts = Object.entries(kinds).map(([kind, { added, changed, gone, kept }]) =>
    `${kind}: ${added.length} added, ${changed.length} changed, ${gone.length} gone, ${kept.length} local that stay`
  )
  return recoded.length === 0 ? counts : [`new codes of authorities: ${recoded.length}`, ...counts]
}
