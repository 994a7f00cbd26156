import { Type } from 'typebox'
import { Nullable } from './common.ts'

/** What a disclosure rule says. */
export const DISCLOSURE_FIELDS = {
  threshold:
    Nullable(Type.Integer({
      minimum: 2, maximum: 1000, description: 'Counts of 1 up to one less are hidden; null: none is.', examples: [3]
    })),
  finest: Type.Enum(['day', 'week', 'month', 'quarter', 'financial_year'], {
    description: 'The finest period published, where the threshold is on.', examples: ['week']
  }),
  delay_days: Type.Integer({
    minimum: 0,
    maximum: 3660,
    description: 'Whole days after the end of a period before it is published.',
    examples: [0]
  }),
  round_to: Nullable(
    Type.Integer({
      minimum: 2, maximum: 1000, description: 'Published values are rounded to a multiple of this; null: they are not.'
    }),
    { examples: [null] }
  )
}
