import { Type, type Static } from 'typebox'
import { EventTermSchema, type EventTerm } from './event-term.ts'

export { DIGITAL_CLASSES, type DigitalClass, type EventTerm } from './event-term.ts'

const MeasureTermSchema = Type.Object({
  measure: Type.String({ maxLength: 60, description: 'A word of /v1/measures.' })
}, { additionalProperties: false })
const PopulationTermSchema = Type.Object({
  population: Type.Literal(true, { description: 'The authority’s residents, from /v1/authorities.' })
}, { additionalProperties: false })

const TermsSchema = Type.Array(Type.Union([EventTermSchema, MeasureTermSchema, PopulationTermSchema]), {
  minItems: 1, maxItems: 10, description: 'Terms, added up.'
})

export const TargetSchema = Type.Object({
  at_most: Type.Optional(Type.Number({ examples: [56] })),
  at_least: Type.Optional(Type.Number())
}, { additionalProperties: false, description: 'Met at the bound itself.' })
export type Target = Static<typeof TargetSchema>

/** What the operator says of a KPI; a version of it is never edited. */
export const DefinitionSchema = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 120, examples: ['Digital take-up'] }),
  formula: Type.String({
    minLength: 1,
    maxLength: 1000,
    description: 'The calculation in words.',
    examples: ['Completed digital transactions over completed transactions in all channels, times 100']
  }),
  source: Type.String({
    minLength: 1,
    maxLength: 500,
    description: 'The published definition that it follows.',
    examples: ['GOV.UK Service Manual, Measuring digital take-up']
  }),
  source_date: Type.Union([Type.String({ format: 'date' }), Type.Null()], {
    description: 'When that was published, or null where it bears no date.', examples: ['2015-08-13']
  }),
  owner: Type.String({
    minLength: 1,
    maxLength: 120,
    description: 'Who answers for the definition.',
    examples: ['Local Performance Platform']
  }),
  effective_from: Type.String({
    format: 'date',
    description: 'Periods that start on this day or later are worked out by it.',
    examples: ['2000-01-01']
  }),
  state: Type.Enum(['proposed', 'agreed', 'retired'], {
    description: 'Only agreed versions give values; a retired one ends the KPI from its day.'
  }),
  unit: Type.Enum(['percent', 'score', 'pence', 'per-1000', 'per-100000', 'count'], {
    description: 'Pence are rounded to whole ones.'
  }),
  scale: Type.Number({
    exclusiveMinimum: 0, description: 'Numerator over denominator is multiplied by this.', examples: [100]
  }),
  polarity: Type.Enum(['higher', 'lower', 'none'], { description: 'Which way is better.' }),
  target: Type.Union([TargetSchema, Type.Null()]),
  min_denominator: Type.Number({ minimum: 0, description: 'Below it there is no value.', examples: [1] }),
  min_coverage: Type.Number({
    minimum: 0,
    maximum: 1,
    description:
      'Share of the period’s days that figures must cover: below it there is no value. Of a value of events, reports ' +
        'must account for as many days, or it is partial: those between two reports at most a week apart, and a ' +
        'weekend with its Friday.',
    examples: [0.9]
  }),
  min_authorities: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: 1000,
    description: 'A comparison of fewer values has no quartiles and no median. 4 if left out.',
    examples: [4]
  })),
  min_ranked_denominator: Type.Optional(Type.Number({
    minimum: 0,
    description: 'Ranks, quartiles and medians leave values with a smaller denominator out. 30 if left out.',
    examples: [30]
  })),
  numerator: TermsSchema,
  denominator: Type.Union([TermsSchema, Type.Null()], { description: 'Null: the value is the numerator.' })
}, { $id: 'KpiDefinition', additionalProperties: false, description: 'How a KPI is worked out.' })

export type Definition = Static<typeof DefinitionSchema>
export type Term = Definition['numerator'][number]
export type MeasureTerm = Static<typeof MeasureTermSchema>
export const isEventTerm = (term: Term): term is EventTerm => 'events' in term
export const isMeasureTerm = (term: Term): term is MeasureTerm => 'measure' in term

/** A definition with its place in the history of its KPI. */
export interface KpiVersion extends Definition {
  kpi: string
  version: number
  created_at: Date
  /** Whether it came with the platform or the operator made it. */
  origin?: 'shipped' | 'local'
}

const [MIN_AUTHORITIES, MIN_RANKED_DENOMINATOR] = [4, 30]
type Bounds = Pick<Definition, 'min_authorities' | 'min_ranked_denominator'>
export const minAuthorities = ({ min_authorities: least = MIN_AUTHORITIES }: Bounds): number => least
export const minRankedDenominator = (
  { min_ranked_denominator: least = MIN_RANKED_DENOMINATOR }: Bounds
): number => least

export const termsOf = ({ numerator, denominator }: Definition): Term[] => [...numerator, ...denominator ?? []]

/**
 * The version by which a period that starts on `day` (YYYY-MM-DD) is worked out: of those agreed or retired, the last
 * to take effect by then. Undefined if none is in force, or the KPI was retired.
 */
export function versionInForce (versions: readonly KpiVersion[], day: string): KpiVersion | undefined {
  const last = versions.filter(({ state, effective_from: from }) => state !== 'proposed' && from <= day)
    .sort((a, b) =>
      a.effective_from === b.effective_from ? a.version - b.version : a.effective_from < b.effective_from ? -1 : 1
    ).at(-1)
  return last?.state === 'retired' ? undefined : last
}

/** The version of a day (YYYY-MM-DD); where none is in force (yet, or any more), the last one that there is. */
export function currentVersion (versions: readonly KpiVersion[], day: string): KpiVersion | undefined {
  return versionInForce(versions, day) ?? versions.at(-1)
}
