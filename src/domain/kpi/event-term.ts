import { Type, type Static } from 'typebox'
import { bandWithin } from '../durations.ts'
import { EVENT_TYPE_NAMES } from '../event.ts'

export const DIGITAL_CLASSES = ['digital', 'digital-passive', 'non-digital', 'proactive', 'excluded'] as const
export type DigitalClass = typeof DIGITAL_CLASSES[number]

const Weights = (description: string, example: object) =>
  Type.Record(Type.String({ maxLength: 60 }), Type.Number(), {
    minProperties: 1, maxProperties: 20, description, examples: [example]
  })

const AttributeFilter = Type.Object({
  name: Type.String({
    pattern: '^[a-z][a-z0-9_]{0,39}$', description: 'A name of /v1/attributes.', examples: ['reason']
  }),
  values: Type.Optional(Type.Array(Type.Union([Type.String({ maxLength: 60 }), Type.Boolean(), Type.Integer()]), {
    minItems: 1,
    maxItems: 50,
    uniqueItems: true,
    description: 'Which of its words, truth values or whole numbers; left out: any.',
    examples: [['not-presented']]
  }))
}, {
  additionalProperties: false,
  description:
    'Only events that have this attribute, with one of the values. A service that does not declare it has no value.'
})

/** Counts events, or adds up what they say. */
export const EventTermSchema = Type.Object({
  events: Type.Enum(EVENT_TYPE_NAMES, { description: 'Type of event.' }),
  outcomes: Weights('How much an event of each outcome counts; other outcomes count nothing.', { completed: 1 }),
  classes: Type.Optional(Type.Array(Type.Enum([...DIGITAL_CLASSES]), {
    minItems: 1, description: 'Only channels of these digital classes.'
  })),
  channels: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), {
    minItems: 1,
    maxItems: 20,
    uniqueItems: true,
    description: 'Only these channels: words of /v1/channels. Not with classes.',
    examples: [['direct-debit']]
  })),
  avoidable: Type.Optional(Type.Literal(true, { description: 'Only avoidable contact.' })),
  attribute: Type.Optional(AttributeFilter),
  within_seconds: Type.Optional(Type.Integer({
    minimum: 1,
    description:
      'Only events that have a duration, of at most so many seconds: one of the bounds that durations are kept by ' +
        '(1 to 31,536,000; 432,000 is 5 days). Another one is refused with the nearest two.',
    examples: [432_000]
  })),
  timed: Type.Optional(Type.Literal(true, {
    description: 'Only events that have a duration: what a share within a bound is a share of.'
  })),
  sum: Type.Optional(Type.Literal('amount_pence', {
    description: 'Adds up the pence of the events instead of counting them; those without an amount add nothing.'
  })),
  counts: Type.Optional(Weights(
    'What takes the events’ place where an authority sends counts: measures, each with what it counts.',
    { transactions: 1 }
  ))
}, { additionalProperties: false })
export type EventTerm = Static<typeof EventTermSchema>

/** Whether a term asks what events say beside their outcome, channel and place. */
export const hasDetails = ({ attribute, within_seconds: within, timed, sum }: EventTerm): boolean =>
  attribute !== undefined || within !== undefined || timed !== undefined || sum !== undefined

/** Whether a term can only be worked out from durations by band, which are kept of whole authorities alone. */
export const needsBands = ({ within_seconds: within, timed, sum }: EventTerm): boolean =>
  within !== undefined || (timed !== undefined && sum !== undefined)

export const needsDuration = ({ within_seconds: within, timed }: EventTerm): boolean =>
  within !== undefined || timed !== undefined

/** Whether a term tells channels apart. */
export const hasChannels = ({ classes, channels }: EventTerm): boolean =>
  classes !== undefined || channels !== undefined

/** The name that events which have the attribute are summed by; '': those that have an amount or a duration. */
export const attributeOf = ({ attribute }: EventTerm): string => attribute?.name ?? ''

/** A sum of events that have what `attributeOf` a term names; `value` is that of the attribute. */
export interface DetailedSum {
  band: number
  value: string
  count: number
  priced: number
  amount: number
  timed: number
}

/**
 * What of a sum a term adds up, in events or pence, before weights; `byBand`: whether the sum tells bands apart. A sum
 * that the term has no part in comes to 0.
 */
export function partOf (term: EventTerm, sum: Readonly<DetailedSum>, byBand: boolean): number {
  const { attribute, within_seconds: within } = term
  if (attribute?.values?.some((value) => String(value) === sum.value) === false) return 0
  if (byBand && needsDuration(term) && !isInBands(sum.band, within)) return 0
  if (term.sum !== undefined) return sum.amount
  return needsDuration(term) ? sum.timed : sum.count
}

// Band 0 holds what has no duration.
const isInBands = (band: number, within: number | undefined): boolean =>
  band > 0 && (within === undefined || band <= (bandWithin(within) ?? 0))

/** Whether a sum shows that its sender tells what a term needs, whatever it says. */
export const tells = (term: EventTerm, { timed, priced }: Readonly<DetailedSum>): boolean =>
  (!needsDuration(term) || timed > 0) && (term.sum === undefined || priced > 0)
