import { deliversByTier } from '../../domain/provision.ts'
import type { Report } from './files.ts'
import type { At, Shipped, ShippedAuthority, ShippedProvision } from './shipped.ts'
import { checkDates, firstDay, lastDay, meet } from './spans.ts'

/** The codes of each type, as ONS begins them; null: bodies that have none. The first nine are councils. */
const TYPES = new Map<string, RegExp | null>([
  ['unitary', /^E06\d{6}$/],
  ['district', /^E07\d{6}$/],
  ['metropolitan-district', /^E08\d{6}$/],
  ['london-borough', /^E09\d{6}$/],
  ['city-corporation', /^E09\d{6}$/],
  ['county', /^E10\d{6}$/],
  ['welsh-unitary', /^W06\d{6}$/],
  ['scottish-unitary', /^S12\d{6}$/],
  ['ni-district', /^N09\d{6}$/],
  ['combined-authority', /^E47\d{6}$/],
  ['strategic-regional-authority', /^E61\d{6}$/],
  ['passenger-transport-body', null],
  ['library-body', null]
])
const COUNCILS = new Set([...TYPES.keys()].slice(0, 9))
const TIERS = ['county', 'district', 'unitary']
const NATIONS = ['England', 'Wales', 'Scotland', 'Northern Ireland']
const COMBINED = ['combined-authority', 'strategic-regional-authority']

/** Each council has what a council has, and everybody it names is there. */
export function checkAuthorities (shipped: Shipped, report: Report): void {
  const { authorities } = shipped
  const byGss = new Map(authorities.flatMap(({ row }) => row.gss === null ? [] : [[row.gss, row]]))
  const provision = Map.groupBy(shipped.provision.map(({ row }) => row), (row) => row.authority)
  for (const one of authorities) {
    checkDates(one, report)
    checkWhatItIs(one, report)
    checkRelations(one, byGss, report)
    const { at, row } = one
    if (COUNCILS.has(row.type) && row.valid_to === null && !deliversSomething(row, provision.get(row.key), shipped)) {
      report(at, `${row.slug} delivers no service; give it the tier of its services`)
    }
  }
}

function checkWhatItIs ({ at, row }: At<ShippedAuthority>, report: Report): void {
  const { slug, gss, type, tier, name, short_name: short, nation, region, population } = row
  const code = TYPES.get(type)
  if (code === undefined) {
    report(at, `${type} is no type; write one of ${[...TYPES.keys()].join(', ')}`)
  } else if (gss === null) {
    // Northern Ireland's councils of before 2015 are known without codes.
    if (code !== null && row.valid_to === null) report(at, `${slug} has no GSS code; a ${type} needs one`)
  } else if (code?.test(gss) !== true) {
    report(at, `${gss} is no code of a ${type}; mend the code or the type`)
  }
  if (COUNCILS.has(type) && !TIERS.includes(tier ?? '')) {
    report(at, `${slug} has no tier; write ${TIERS.join(', ')} in gov_uk_tier`)
  }
  if (name === '' || short === '') report(at, `${slug} needs a name and a short_name`)
  if (!NATIONS.includes(nation)) report(at, `${nation} is no nation; write one of ${NATIONS.join(', ')}`)
  if (region === null) report(at, `${slug} has no region; write its region, or the nation outside England`)
  if (population !== null && !(Number.isInteger(population) && population > 0)) {
    report(at, `the population of ${slug} is no whole number; leave it empty where it is not known`)
  }
}

function checkRelations (
  { at, row }: At<ShippedAuthority>, byGss: Map<string, ShippedAuthority>, report: Report
): void {
  const { slug, type, parent_gss: parentCode, combined_authority_gss: combinedCode } = row
  const named = (code: string, column: string): ShippedAuthority | undefined => {
    const found = byGss.get(code)
    if (found === undefined) report(at, `${code} in ${column} is no authority; use a GSS code of this file`)
    return found
  }
  const parent = parentCode === null ? undefined : named(parentCode, 'parent_gss')
  if (type === 'district' && parentCode === null) report(at, `${slug} has no county; write its code in parent_gss`)
  if (parent !== undefined && !meet(parent, row)) {
    report(at, `${slug} and ${parent.slug}, its parent, were never there on one day; mend parent_gss or the dates`)
  }
  if (parent?.type === 'county' && parent.region !== row.region) {
    report(at, `${slug} lies in ${row.region} and its county ${parent.slug} in ${parent.region}; mend one of them`)
  }
  const combined = combinedCode === null ? undefined : named(combinedCode, 'combined_authority_gss')
  if (combined !== undefined && !COMBINED.includes(combined.type)) {
    report(at, `${combined.slug} in combined_authority_gss is a ${combined.type}; name a combined authority`)
  }
  for (const code of row.covers) named(code, 'covers')
  if (row.replaced_by.length > 0 && row.valid_to === null) {
    report(at, `${slug} is replaced but has no end; write its last day in valid_to`)
  }
  for (const code of row.replaced_by) {
    const successor = named(code, 'replaced_by')
    if (successor !== undefined && firstDay(successor) <= lastDay(row)) {
      report(
        at,
        `${slug} is there until ${row.valid_to ?? 'today'} and ${successor.slug}, which replaced it, from ` +
          `${successor.valid_from ?? 'ever'}; write as valid_to the day before its successor begins`
      )
    }
  }
}

function deliversSomething (
  { tier }: ShippedAuthority, provision: ShippedProvision[] | undefined, { services }: Shipped
): boolean {
  const said = new Map(provision?.map(({ service, delivers }) => [service, delivers]))
  return services.some(({ row: { slug, providing_tier: providing } }) =>
    (said.get(slug) ?? deliversByTier(providing, tier)) === 'yes'
  )
}
