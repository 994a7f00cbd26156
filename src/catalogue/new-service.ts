import type { Kysely } from 'kysely'
import { Type, type Static } from 'typebox'
import { ProblemError } from '../errors.ts'
import type { Tables } from '../postgres/tables.ts'
import { isUnknown, type Directory } from './directory.ts'
import { explainUnknown } from './explain.ts'

const Number = (description: string, example: number) =>
  Type.Integer({ minimum: 1, maximum: 99_999, description, examples: [example] })
const text = (maxLength: number, example: string) => Type.String({ minLength: 1, maxLength, examples: [example] })

/** A service that is not in the catalogue yet. */
export const NewServiceSchema = Type.Object({
  title: text(200, 'Report a missed garden waste collection'),
  lgsl: Number('Number of the Local Government Services List.', 524),
  lgil: Type.Optional(Type.Union([Number('Number of the Local Government Interaction List.', 17), Type.Null()])),
  lgsl_label: Type.Optional(text(200, 'Household waste collection')),
  lgil_label: Type.Optional(Type.Union([text(200, 'Reporting'), Type.Null()])),
  kind: Type.Optional(Type.Enum(['transaction', 'information'], { default: 'transaction' })),
  providing_tier: Type.Optional(Type.Union([
    Type.Enum(['county', 'district', 'unitary', 'county/unitary', 'district/unitary', 'all']), Type.Null()
  ])),
  denominator: Type.Optional(Type.Union([text(60, 'collections_made'), Type.Null()])),
  scope_note: Type.Optional(Type.String({ maxLength: 2000, examples: ['Garden waste that was to be collected.'] })),
  uri: Type.Optional(text(300, 'http://id.esd.org.uk/service/524'))
}, { $id: 'NewService', additionalProperties: false, description: 'A service to add to the catalogue.' })
export type NewService = Static<typeof NewServiceSchema>

/** Throws `ProblemError` for a name that is taken or a measure that is not known. */
export function checkNewService (directory: Directory, slug: string, { denominator = null }: NewService): void {
  if (!isUnknown(directory.service(slug))) {
    throw new ProblemError('invalid-request', `There is a service ${slug} already; propose another name.`)
  }
  const measure = denominator === null ? undefined : directory.kpis.measure(denominator)
  if (measure !== undefined && isUnknown(measure)) {
    throw new ProblemError('unknown-measure', explainUnknown(measure, 'measure'))
  }
}

export async function insertNewService (
  db: Kysely<Tables>, slug: string, service: NewService, { at, basis }: { at: Date, basis: string }
): Promise<void> {
  const { title, lgsl, uri = `http://id.esd.org.uk/service/${lgsl}` } = service
  const inserted = await db.insertInto('service').values({
    slug,
    title,
    lgsl,
    lgil: service.lgil ?? null,
    lgsl_label: service.lgsl_label ?? title,
    lgil_label: service.lgil_label ?? null,
    kind: service.kind ?? 'transaction',
    providing_tier: service.providing_tier ?? null,
    core: false,
    denominator: service.denominator ?? null,
    uri,
    evidence: basis,
    scope_note: service.scope_note ?? '',
    origin: 'local',
    changed_at: at
  }).onConflict((conflict) => conflict.column('slug').doNothing()).returning('id').executeTakeFirst()
  if (inserted === undefined) throw new ProblemError('invalid-request', `There is or was a service ${slug} already.`)
}
