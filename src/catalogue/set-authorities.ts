import type { Kysely } from 'kysely'
import { formatDay } from '../domain/calendar.ts'
import { ProblemError, type RowError } from '../errors.ts'
import type { Tables } from '../postgres/tables.ts'
import type { Authority, Directory } from './directory.ts'
import {
  authorityToChange, codeOf, isGss, KnownAuthorities, knownOf, meet, namesOf, type AuthorityInput,
  type Known
} from './known-authorities.ts'
import { endRow, putRows, recodeAuthority, removeRow } from './store/catalogue-rows.ts'

/** What kinds of authority there are: what their codes begin with, and their tier. Bodies without either have null. */
export const AUTHORITY_TYPES: Record<string, { code: string | null, tier: string | null }> = {
  county: { code: 'E10', tier: 'county' },
  district: { code: 'E07', tier: 'district' },
  unitary: { code: 'E06', tier: 'unitary' },
  'metropolitan-district': { code: 'E08', tier: 'unitary' },
  'london-borough': { code: 'E09', tier: 'unitary' },
  'city-corporation': { code: 'E09', tier: 'unitary' },
  'welsh-unitary': { code: 'W06', tier: 'unitary' },
  'scottish-unitary': { code: 'S12', tier: 'unitary' },
  'ni-district': { code: 'N09', tier: 'unitary' },
  'combined-authority': { code: 'E47', tier: null },
  'strategic-regional-authority': { code: 'E61', tier: null },
  'passenger-transport-body': { code: null, tier: null },
  'library-body': { code: null, tier: null }
}
const LETTERS: Record<string, string> = { England: 'E', Wales: 'W', Scotland: 'S', 'Northern Ireland': 'N' }
const COMBINED = ['combined-authority', 'strategic-regional-authority']

type Refuse = (field: keyof AuthorityInput, detail: string) => RowError[]

/** Everything wrong with authorities that are to be set, those of one list against one another too. */
export function checkAuthorities (directory: Directory, inputs: readonly AuthorityInput[]): RowError[] {
  const known = new KnownAuthorities(directory, inputs)
  const regions = new Set(directory.everyAuthority.map(({ nation, region }) => `${nation}/${region ?? ''}`))
  const predecessors = Map.groupBy(
    known.all.flatMap((one) => one.replacedBy.map((code) => ({ code, one }))), ({ code }) => code
  )
  return inputs.flatMap((input, index) => {
    const refuse: Refuse = (field, detail) => [{ index, pointer: `/${field}`, code: 'invalid-value', detail }]
    const self = known.all.find((one) => one.slug === input.slug && one.gss === input.gss) ?? knownOf(input)
    const before = authorityToChange(directory, input)
    const errors = [
      ...checkKind(input, refuse),
      ...checkNames(input, self, before, known, refuse),
      ...checkOthers(input, self, known, refuse),
      ...checkDates(input, self, known, (predecessors.get(codeOf(input)) ?? []).map(({ one }) => one), refuse)
    ]
    if (!regions.has(`${input.nation}/${input.region ?? ''}`)) {
      errors.push(...refuse('region', `No authority of ${input.nation} is in that region; use one of /v1/authorities.`))
    }
    return errors
  })
}

function checkKind ({ type, gss, tier, nation }: AuthorityInput, refuse: Refuse): RowError[] {
  const { code, tier: wanted } = AUTHORITY_TYPES[type] ?? { code: null, tier: null }
  if (gss !== null && code === null) return refuse('gss', `A ${type} has no GSS code; send null.`)
  if (gss !== null && code !== null && !gss.startsWith(code)) {
    return refuse('gss', `${gss} is not the code of a ${type}; those begin with ${code}.`)
  }
  if (tier !== wanted) return refuse('tier', `A ${type} has tier ${wanted ?? 'null'}.`)
  const letter = code?.[0]
  return letter !== undefined && LETTERS[nation] !== letter
    ? refuse('nation', `A ${type} is not in ${nation}.`)
    : []
}

// A name that it has already may be another's too (a former council's); none that is new may.
function checkNames (
  input: AuthorityInput, self: Known, before: Authority | undefined, known: KnownAuthorities, refuse: Refuse
): RowError[] {
  const had = new Set(before === undefined
    ? []
    : namesOf({ ...before, names: [...before.aliases, ...before.former_gss] }))
  for (const name of namesOf(self)) {
    const other = known.named(name).find((one) =>
      one !== self && (isGss(name.toUpperCase()) || meet(one, self)) && (!had.has(name) || one.slug === name)
    )
    if (other === undefined) continue
    const field = name === input.slug
      ? 'slug'
      : name === input.gss?.toLowerCase()
        ? 'gss'
        : input.aliases.some((alias) => alias.toLowerCase() === name) ? 'aliases' : 'former_codes'
    return refuse(field, `${JSON.stringify(name)} is a name of ${other.slug} (${codeOf(other)}) already.`)
  }
  const wrong = input.former_codes.find((code) => !isGss(code))
  return wrong === undefined ? [] : refuse('former_codes', `${JSON.stringify(wrong)} is no GSS code.`)
}

function checkOthers (input: AuthorityInput, self: Known, known: KnownAuthorities, refuse: Refuse): RowError[] {
  const missing = (field: keyof AuthorityInput, name: string): RowError[] =>
    refuse(field, `There is no authority ${name}; use a slug or GSS code from /v1/authorities.`)
  for (const field of ['covers', 'replaced_by'] as const) {
    const unknown = input[field].find((name) => known.find(name) === undefined)
    if (unknown !== undefined) return missing(field, unknown)
  }
  const coded = input.covers.find((name) => known.find(name)?.gss === null)
  if (coded !== undefined) return refuse('covers', `${coded} has no GSS code, so it cannot be covered.`)
  if (input.combined_authority !== null) {
    const found = known.find(input.combined_authority)
    if (found === undefined) return missing('combined_authority', input.combined_authority)
    if (!COMBINED.includes(found.type)) return refuse('combined_authority', `${found.slug} is a ${found.type}.`)
  }
  if (input.parent === null) return []
  const parent = known.find(input.parent)
  if (parent === undefined) return missing('parent', input.parent)
  if (parent.type !== 'county' || input.type !== 'district' || parent.gss === null) {
    return refuse('parent', 'Only a district has a parent, and that is a county with a GSS code.')
  }
  if (!meet(parent, self)) return refuse('parent', `${parent.slug} is not there on any day of ${input.slug}.`)
  return parent.region === input.region
    ? []
    : refuse('region', `Its county ${parent.slug} lies in ${parent.region ?? 'no region'}.`)
}

function checkDates (
  { valid_from: from, valid_to: to, replaced_by: successors }: AuthorityInput, self: Known, known: KnownAuthorities,
  predecessors: readonly Known[], refuse: Refuse
): RowError[] {
  if (from !== null && to !== null && to < from) return refuse('valid_to', 'valid_to lies before valid_from.')
  if (successors.length > 0 && to === null) {
    return refuse('valid_to', 'What is replaced has a last day; send it as valid_to.')
  }
  for (const name of successors) {
    const successor = known.find(name)
    if (successor === self) return refuse('replaced_by', 'It cannot replace itself.')
    if (successor !== undefined && successor.from <= self.to) {
      return refuse('valid_to', `Its successor ${successor.slug} begins on ${said(successor.from)}: end before.`)
    }
  }
  const late = predecessors.find((one) => one !== self && one.to >= self.from)
  return late === undefined
    ? []
    : refuse('valid_from', `Its predecessor ${late.slug} ends on ${said(late.to)}: it begins after that.`)
}

const said = (day: number): string => Number.isFinite(day) ? formatDay(day) : 'no day that is known'

export async function writeAuthorities (
  db: Kysely<Tables>, inputs: readonly AuthorityInput[], at: Date, directory: Directory
): Promise<void> {
  const known = new KnownAuthorities(directory, inputs)
  const codes = (names: readonly string[]): string[] =>
    names.map((name) => codeOf(known.find(name) ?? { slug: name, gss: null }))
  for (const input of inputs) {
    const before = authorityToChange(directory, input)
    if (before !== undefined && codeOf(before) !== codeOf(input)) {
      await recodeAuthority(db, before.id, { from: codeOf(before), to: codeOf(input) }, at)
    }
  }
  const rows = inputs.map((input) => ({
    key: codeOf(input),
    slug: input.slug,
    gss: input.gss,
    name: input.name,
    short_name: input.short_name,
    aliases: input.aliases,
    type: input.type,
    tier: input.tier,
    nation: input.nation,
    region: input.region,
    population: input.population,
    combined_authority_gss: input.combined_authority === null ? null : codes([input.combined_authority])[0] ?? null,
    parent_gss: input.parent === null ? null : codes([input.parent])[0] ?? null,
    covers: codes(input.covers),
    former_gss: input.former_codes,
    replaced_by: codes(input.replaced_by),
    valid_from: input.valid_from,
    valid_to: input.valid_to,
    attribution: authorityToChange(directory, input)?.attribution ?? 'set here'
  }))
  await putRows(db, 'authority', ['key'], rows, at)
}

/** Throws `ProblemError` (in-use) where another authority or a source rests on it. */
export async function removeAuthority (
  db: Kysely<Tables>, authority: Authority, at: Date, directory: Directory
): Promise<void> {
  const code = codeOf(authority)
  const other = directory.everyAuthority.find((one) =>
    one !== authority &&
    [one.parent_gss, one.combined_authority_gss, ...one.covers, ...one.replaced_by].includes(code)
  )
  const source = directory.sources.find((one) => one.authority_id === authority.id)
  const user = other?.slug ?? (source === undefined ? undefined : `the source ${authority.slug}/${source.name}`)
  if (user !== undefined) {
    throw new ProblemError('in-use', `${user} rests on ${authority.slug}; change that first, or end it with ?from=.`)
  }
  await removeRow(db, 'authority', authority.id, at)
}

export async function endAuthority (
  db: Kysely<Tables>, { id }: Authority, lastDay: string, at: Date
): Promise<void> {
  await endRow(db, 'authority', id, lastDay, at)
}
