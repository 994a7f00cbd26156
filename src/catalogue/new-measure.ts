import type { Kysely } from 'kysely'
import { Type, type Static } from 'typebox'
import { ProblemError } from '../errors.ts'
import type { Tables } from '../postgres/tables.ts'
import { isUnknown, type Directory } from './directory.ts'
import { insertMeasure } from './store/kpis.ts'

const text = (maxLength: number, example: string) => Type.String({ minLength: 1, maxLength, examples: [example] })

/** A measure that is not there yet; what is left out is as in most. */
export const NewMeasureSchema = Type.Object({
  title: text(120, 'Garden waste subscriptions'),
  unit: text(60, 'subscriptions'),
  kind: Type.Enum(['flow', 'stock'], { description: 'flow adds up over time; stock is what there is at a time.' }),
  polarity: Type.Optional(Type.Enum(['higher', 'lower', 'none'], { default: 'none' })),
  by_channel: Type.Optional(Type.Boolean({ default: false })),
  description: text(1000, 'Households that pay for the collection of garden waste.')
}, { $id: 'NewMeasure', additionalProperties: false, description: 'A measure to add.' })
export type NewMeasure = Static<typeof NewMeasureSchema>

/** Throws `ProblemError` for a name that is taken or is none. */
export function checkNewMeasure (directory: Directory, slug: string): void {
  if (!/^[a-z][a-z0-9_]{0,59}$/.test(slug)) {
    throw new ProblemError('invalid-request', 'body/key: a measure is named by small letters, digits and underscores.')
  }
  if (!isUnknown(directory.kpis.measure(slug))) {
    throw new ProblemError('invalid-request', `There is a measure ${slug} already; propose another name.`)
  }
}

export async function insertNewMeasure (db: Kysely<Tables>, slug: string, measure: NewMeasure): Promise<void> {
  const isNew = await insertMeasure(db, { polarity: 'none', by_channel: false, ...measure, slug })
  if (!isNew) throw new ProblemError('invalid-request', `There is or was a measure ${slug} already.`)
}
