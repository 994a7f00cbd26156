import { Type, type Static } from 'typebox'
import { DAY_MS } from './calendar.ts'
import { Revision } from './revision.ts'

/**
 * Stored codes of the closed vocabularies of an event. Numbers are kept in the database: add, never renumber.
 */
export const EVENT_TYPES = { transaction: 1, journey: 2, rating: 3 } as const
export type EventType = keyof typeof EVENT_TYPES
export const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as EventType[]
export const TYPE_OF_CODE =
  new Map(Object.entries(EVENT_TYPES).map(([type, code]) => [code as number, type as EventType]))

export const OUTCOMES = {
  completed: 1,
  failed: 2,
  reported: 3,
  confirmed: 4,
  unjustified: 5,
  started: 6,
  ineligible: 7,
  1: 11,
  2: 12,
  3: 13,
  4: 14,
  5: 15
} as const
export type Outcome = `${keyof typeof OUTCOMES}`
export const OUTCOME_OF_CODE =
  new Map(Object.entries(OUTCOMES).map(([outcome, code]) => [code as number, outcome as Outcome]))

const OPTIONAL = new Set<string>(['failed', 'confirmed', 'unjustified', 'ineligible'])

/** Whether a system may have no word for these outcomes: who never sends one has no count of it, which is not 0. */
export const areOptional = (codes: readonly number[]): boolean =>
  codes.length > 0 && codes.every((code) => OPTIONAL.has(OUTCOME_OF_CODE.get(code) ?? ''))

/** Which outcomes an event of a type may have. */
export const OUTCOMES_OF: Record<EventType, readonly Outcome[]> = {
  transaction: ['completed', 'failed', 'reported', 'confirmed', 'unjustified'],
  journey: ['started', 'completed', 'ineligible', 'failed'],
  rating: ['1', '2', '3', '4', '5']
}

export const EVENT_LIMITS = {
  perRequest: 10_000, bodyBytes: 8 * 1024 * 1024, futureMs: DAY_MS, earliest: Date.UTC(2000, 0, 1)
} as const

/** Nothing else may get to where ids are written a byte a character. */
export const EventId = (description: string, examples?: string[]) =>
  Type.String({ minLength: 1, maxLength: 128, pattern: '^[\\x21-\\x7E]+$', description, ...(examples && { examples }) })

const Count = (description: string) => Type.Integer({ minimum: 0, maximum: 2_147_483_647, description })

/** One event as a council system sends it. Unknown fields are refused. */
export const EventSchema = Type.Object({
  id: EventId('Unique within the source; printable ASCII without spaces. The unit of deduplication.'),
  type: Type.Optional(Type.Enum(EVENT_TYPE_NAMES, {
    default: 'transaction',
    description: 'What happened: a transaction, a step of an online journey, or a satisfaction rating.'
  })),
  authority: Type.String({
    minLength: 1, maxLength: 100, description: 'Slug or GSS code of the authority it counts for (the resident’s).'
  }),
  service: Type.String({ minLength: 1, maxLength: 120, description: 'Slug of the service.' }),
  occurred_at: Type.String({
    maxLength: 40,
    format: 'date-time',
    description: 'When it happened: RFC 3339 with an offset. Not before 2000, not more than 24 hours ahead.'
  }),
  channel: Type.Optional(Type.String({
    maxLength: 60,
    default: 'unknown',
    description: 'A word of /v1/channels or an alias of the source. Left out: `unknown`.'
  })),
  outcome: Type.Optional(Type.Enum([
    'completed', 'failed', 'reported', 'confirmed', 'unjustified', 'started', 'ineligible', '1', '2', '3', '4', '5'
  ], {
    description:
        'Transaction: completed (default), failed, reported, confirmed, unjustified. Journey: started, completed, ' +
          'ineligible, failed. Rating: 1 to 5. Missed bins default to `reported`.'
  })),
  count: Type.Optional({ ...Count('How many times it happened; 0 states that nothing did.'), default: 1 }),
  ward: Type.Optional(Type.Union([Type.String({ maxLength: 80 }), Type.Null()], {
    description:
        'GSS code (or slug) of a ward of the authority valid on that day. Left out, null or `unknown`: not known.'
  })),
  street: Type.Optional(Type.Integer({
    minimum: 1, maximum: 99_999_999, description: 'USRN: Unique Street Reference Number, up to 8 digits.'
  })),
  amount_pence: Type.Optional(Type.Integer({
    minimum: -999_999_999_999, maximum: 999_999_999_999, description: 'Money that changed hands, in pence.'
  })),
  duration_seconds: Type.Optional(Count('How long it took, in seconds.')),
  provider: Type.Optional(Type.String({
    maxLength: 100,
    description:
        'Slug or GSS code of the body that reports, where it is not the authority: a passenger transport body.'
  })),
  avoidable: Type.Optional(Type.Boolean({
    default: false,
    description: 'Avoidable contact: the resident had to make it only because something else went wrong.'
  })),
  revision: Type.Optional(Revision(
    'Raise it to correct an event that was sent before. Any rising number: 2, 20261128103000, milliseconds since 1970.',
    { default: 1 }
  )),
  attributes: Type.Optional(Type.Record(
    Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' }),
    Type.Union([
      Type.String({ maxLength: 60, pattern: '^[a-z0-9][a-z0-9-]*$' }), Type.Boolean(), Type.Integer(), Type.Null()
    ]),
    {
      additionalProperties: false,
      maxProperties: 20,
      description:
        'Further facts as short codes (`"reason": "not-presented"`); null: not given. No free text, no personal data.'
    }
  ))
}, { $id: 'Event', additionalProperties: false, description: 'A thing that happened at an instant.' })
export type Event = Static<typeof EventSchema>
