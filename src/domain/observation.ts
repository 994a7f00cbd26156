import { Type, type Static } from 'typebox'
import { PERIODS, type Period } from './period.ts'
import { Revision } from './revision.ts'

/** Stored codes of periods. Numbers are kept in the database: add, never renumber. */
export const PERIOD_CODES: Record<Period, number> = {
  day: 1, week: 2, month: 3, quarter: 4, year: 5, financial_quarter: 6, financial_year: 7
}
export const PERIOD_OF_CODE = new Map(Object.entries(PERIOD_CODES).map(([period, code]) => [code, period as Period]))

const MOST = 999_999_999_999_999
const VALUE = Type.Integer({
  minimum: 0,
  maximum: MOST,
  description:
    'The figure, in the unit of its measure; money in whole pence. 0 says that there was none; leave the row out ' +
      'if it is not known.',
  examples: [412000]
})
const NOTE = Type.String({
  maxLength: 300,
  description: 'What a reader of the figure should know. No personal data.',
  examples: ['one round on strike']
})
const Day = (description: string, example: string) =>
  Type.String({ maxLength: 10, format: 'date', description, examples: [example] })

const REVISION = Revision(
  'Above that of the figure stored, it replaces it: any rising number. Left out, a figure that was never sent before ' +
    'replaces what is stored, and one that was is a late retry, which changes nothing.',
  { examples: [2] }
)

/** The fields of a single observation and of one in a list for a period. */
const OBSERVED_VALUE = {
  channel: Type.Optional(Type.String({
    maxLength: 60,
    description: 'A word of /v1/channels or an alias of the source, for a figure of one channel.',
    examples: ['web']
  })),
  ward: Type.Optional(Type.Union([Type.String({ maxLength: 80 }), Type.Null()], {
    description: 'GSS code (or slug) of a ward, for a figure of one ward.', examples: ['E05001286']
  })),
  value: VALUE,
  provisional: Type.Optional(Type.Boolean({ default: false, description: 'The figure may still change.' })),
  note: Type.Optional(NOTE),
  revision: Type.Optional(REVISION)
}

/** One figure for a period, as a council system sends it. Unknown fields are refused. */
export const ObservationSchema = Type.Object({
  authority: Type.String({
    minLength: 1, maxLength: 100, description: 'Slug or GSS code of the authority it is about.', examples: ['solihull']
  }),
  service: Type.String({
    minLength: 1, maxLength: 120, description: 'Slug of the service.', examples: ['report-missed-bin']
  }),
  measure: Type.String({
    minLength: 1, maxLength: 60, description: 'A word of /v1/measures.', examples: ['collections_made']
  }),
  period: Type.Enum([...PERIODS], {
    description: 'Weeks start on Monday; financial years and quarters on 1 April.', examples: ['week']
  }),
  start_on: Day('First local day of the period.', '2025-05-26'),
  end_on: Type.Optional(Day('Last local day, inclusive; may be left out, since the period says it.', '2014-06-01')),
  ...OBSERVED_VALUE
}, {
  $id: 'Observation',
  additionalProperties: false,
  description:
    'A figure for a period. A new one replaces what is stored; a late retry of an older one does not, but for a ' +
      'higher revision.'
})
export type Observation = Static<typeof ObservationSchema>

/** All figures of one authority, service, measure and period. */
export const PeriodObservationsSchema = Type.Object({
  period: Type.Enum([...PERIODS], { examples: ['week'] }),
  start_on: Day('First local day of the period.', '2025-05-26'),
  revision: Type.Optional(Revision('The revision of all figures that do not say their own.')),
  figures: Type.Array(Type.Object(OBSERVED_VALUE, { additionalProperties: false }), {
    maxItems: 5000, description: 'Every figure there is; an empty list withdraws them all.'
  })
}, { $id: 'Figures', additionalProperties: false, description: 'What a measure was in a period.' })
export type PeriodObservations = Static<typeof PeriodObservationsSchema>
