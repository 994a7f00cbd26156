import { Type } from 'typebox'
import { authoritiesAsked } from '../../catalogue/asked.ts'
import type { Authority, Directory } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import { authorityNamed, authorityToChange, codeOf, type AuthorityInput } from '../../catalogue/known-authorities.ts'
import {
  AUTHORITY_TYPES, checkAuthorities, endAuthority, removeAuthority, writeAuthorities
} from '../../catalogue/set-authorities.ts'
import { AuthoritySchema } from '../schemas/catalogue.ts'
import { Day, Nullable } from '../schemas/common.ts'
import { authorityToWire } from '../wire/catalogue.ts'
import type { Kind } from './kind.ts'

const Slug = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 100, examples: ['solihull'] })
const Gss = Type.String({ pattern: '^[A-Z]\\d{8}$', examples: ['E08000029'] })
const Name = (example: string) => Type.String({ minLength: 1, maxLength: 120, examples: [example] })
const Names = (description: string, example: string[]) =>
  Type.Array(Name('solihull'), { maxItems: 500, default: [], description, examples: [example] })
const Open = (description: string, example: string | null) =>
  Nullable(Day(description, '2027-04-01'), { default: null, examples: [example] })
const NATIONS = ['England', 'Northern Ireland', 'Scotland', 'Wales'] as const
const TIERS = ['county', 'district', 'unitary'] as const

const aliases = Names('Other names that it is found by; nobody else’s.', ['st.-helens'])
const parent = Nullable(Name('surrey'), { default: null, description: 'The county of a district.', examples: [null] })
const valid_from = Open('First day; null: not known.', '2027-04-01')
const valid_to = Open('Last day; null: until further notice.', null)
const replaced_by = Names('Codes of those that replace it, on the day after its last.', [])

/** The public row: what `AuthoritySchema` says, and `replaced_by` as it may be set. */
const AuthorityRowSchema = Type.Object(
  { ...AuthoritySchema.properties, replaced_by },
  { $id: 'Authority', description: 'A council, combined authority or passenger transport body.' }
)

const AuthorityInputSchema = Type.Object({
  slug: Slug,
  gss: Type.Optional(Nullable(Gss, { default: null, description: 'GSS code; null: it has none, or none yet.' })),
  name: Name('Solihull Metropolitan Borough Council'),
  short_name: Name('Solihull'),
  type: Type.Enum(Object.keys(AUTHORITY_TYPES), { examples: ['metropolitan-district'] }),
  tier: Type.Optional(Nullable(Type.Enum([...TIERS]), {
    default: null, description: 'null: no council.', examples: ['unitary']
  })),
  nation: Type.Enum([...NATIONS], { examples: ['England'] }),
  region: Type.Optional(Nullable(Name('West Midlands'), { default: null })),
  population: Type.Optional(Nullable(Type.Integer({ minimum: 0, maximum: 100_000_000, examples: [217487] }), {
    default: null, description: 'Residents, a mid-year estimate.'
  })),
  combined_authority: Type.Optional(Nullable(Name('E47000007'), {
    default: null, description: 'The combined authority it belongs to.'
  })),
  covers: Type.Optional(Names('The authorities that a combined authority or transport body serves.', [])),
  former_codes: Type.Optional(Names('Superseded GSS codes, found as well.', [])),
  aliases: Type.Optional(aliases),
  parent: Type.Optional(parent),
  valid_from: Type.Optional(valid_from),
  valid_to: Type.Optional(valid_to),
  replaced_by: Type.Optional(replaced_by)
}, { $id: 'AuthorityInput', additionalProperties: false, description: 'An authority, as it is set.' })

/** As it came: its form is not checked yet. */
interface Sent { covers?: unknown, replaced_by?: unknown, parent?: unknown, combined_authority?: unknown }

const slugIn = (directory: Directory, name: string): string => authorityNamed(directory, name)?.slug ?? name
const codeIn = (directory: Directory, name: string): string => {
  const found = authorityNamed(directory, name)
  return found === undefined ? name : codeOf(found)
}

/** Councils, combined authorities, transport bodies. One of them is read with its services, in scorecard.ts. */
export const authorities: Kind<Authority, AuthorityInput> = {
  path: '/authorities',
  one: 'Authority',
  many: 'Authorities',
  tag: 'catalogue',
  summary: 'The authorities of today, or of a day',
  address: [{ parameter: 'authority', field: 'slug', example: 'solihull', description: 'Slug or GSS code.' }],
  row: AuthorityRowSchema,
  input: AuthorityInputSchema,
  examples: [{
    slug: 'solihull',
    gss: 'E08000029',
    name: 'Solihull Metropolitan Borough Council',
    short_name: 'Solihull',
    type: 'metropolitan-district',
    tier: 'unitary',
    nation: 'England',
    region: 'West Midlands',
    combined_authority: 'E47000007'
  }],
  filters: {
    type: Type.Optional(Type.String({ description: 'Only this type.', examples: ['county'] })),
    region: Type.Optional(Type.String({ description: 'Only this region.', examples: ['West Midlands'] })),
    nation: Type.Optional(Type.String({ description: 'Only this nation.', examples: ['Wales'] })),
    on: Type.Optional(Day('Those in force on this day; today, if left out.', '2018-01-01')),
    include: Type.Optional(Type.Enum(['abolished'], {
      description: 'abolished: those that had ended by then as well.', examples: ['abolished']
    }))
  },
  permission: 'operator',
  codes: ['unknown-authority', 'invalid-period-range'],
  without: ['get'],
  rows: (directory, query) =>
    authoritiesAsked(directory, query as { on?: string, include?: 'abolished' }).filter((authority) =>
      (['type', 'region', 'nation'] as const).every((key) => query[key] === undefined || authority[key] === query[key])
    ),
  key: ({ slug, gss }) => `${slug}/${gss ?? ''}`,
  names: ({ slug, gss, name, short_name, aliases, former_gss }) =>
    [slug, gss, name, short_name, ...aliases, ...former_gss],
  toWire: (authority, directory) => ({
    ...authorityToWire(authority, directory), replaced_by: authority.replaced_by
  }),
  find: (directory, { authority: name = '' }) =>
    authorityNamed(directory, name) ?? known(directory.authority(name), 'unknown-authority', 'authority'),
  // A row that is only an address may be a code, of an abolished council too.
  canonical: (directory, input) => {
    const found = /^[A-Za-z]\d{8}$/.test(input.slug) ? authorityNamed(directory, input.slug) : undefined
    const { covers, replaced_by: successors, parent, combined_authority: combined } = input as Sent
    const each = (as: typeof slugIn) => (name: unknown) => typeof name === 'string' ? as(directory, name) : name
    const changed = {
      ...input,
      ...(found !== undefined && { slug: found.slug, gss: found.gss }),
      ...(Array.isArray(covers) && { covers: covers.map(each(slugIn)) }),
      ...(Array.isArray(successors) && { replaced_by: successors.map(each(codeIn)) }),
      ...(typeof parent === 'string' && { parent: slugIn(directory, parent) }),
      ...(typeof combined === 'string' && { combined_authority: codeIn(directory, combined) })
    }
    return changed as AuthorityInput
  },
  existing: authorityToChange,
  identity: codeOf,
  check: ({ catalogue }, inputs) => checkAuthorities(catalogue.directory, inputs),
  write: writeAuthorities,
  remove: removeAuthority,
  end: endAuthority
}
