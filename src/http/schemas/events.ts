import { Type, type TSchema } from 'typebox'
import { EventSchema } from '../../domain/event.ts'
import { PLAIN_COLUMNS, type ResolvedName } from '../../events/columns.ts'
import { Nullable } from './common.ts'

export const RowWarningSchema = Type.Object({
  index: Type.Optional(Type.Integer({ description: 'Position of the row in the batch, from 0.', examples: [17] })),
  line: Type.Optional(Type.Integer({ description: 'The line of the file, from 1.', examples: [14] })),
  column: Type.Optional(Type.String({ description: 'The heading of the column.', examples: ['Date reported'] })),
  code: Type.String({ description: 'Stable code; see docs/mappings.md.', examples: ['date-order'] }),
  detail: Type.String({
    description: 'What was noticed, and how it was read.',
    examples: ['Dates of the column "Date reported" are read with the day first, as "27/05/2014" on line 14 is.']
  })
}, { $id: 'RowWarning', description: 'What was noticed in a file that was read all the same.' })

export const ReceiptSchema = Type.Object({
  receipt:
    Nullable(Type.String({
      description: 'Number of the receipt, for GET /v1/receipts/{id}; null for a dry run.', examples: ['1042']
    })),
  received: Type.Integer({ description: 'Rows sent.', examples: [1000] }),
  stored: Type.Integer({ description: 'New events.', examples: [990] }),
  duplicates: Type.Integer({ description: 'Rows stored before with the same content: counted once.', examples: [10] }),
  revised: Type.Integer({ description: 'Stored events replaced by a newer version.', examples: [0] }),
  rejected: Type.Integer({ description: 'Rows refused (lenient handling only).', examples: [0] }),
  errors: Type.Array(Type.Ref('RowError'), { description: 'The first 100 errors.', examples: [[]] }),
  errors_total: Type.Integer({ description: 'How many errors there are in all.', examples: [0] }),
  older: Type.Optional(Type.Integer({
    description:
      'With `on_repeat=newest` or `replace_period`: rows passed over since what is stored, or another row, is newer.',
    examples: [0]
  })),
  voided: Type.Optional(Type.Integer({
    description: 'With `replace_period`: events or figures that are not in the batch, and were withdrawn.',
    examples: [0]
  })),
  warnings: Type.Optional(Type.Array(Type.Ref('RowWarning'), {
    description: 'Of a file: what was noticed in it, and how it was read all the same; the first 100.', examples: [[]]
  })),
  mapping: Type.Optional(Type.Object({
    name: Type.String({ examples: ['nightly-export'] }), version: Type.Integer({ examples: [2] })
  }, { description: 'Of a file: what it was read through.' }))
}, { $id: 'Receipt', description: 'What became of a batch. It is committed when you read this.' })

const { errors: _, receipt: _number, ...COUNTS } = ReceiptSchema.properties
export const ListedReceiptSchema = Type.Object({
  receipt: Type.String({ description: 'Number of the receipt, for GET /v1/receipts/{id}.', examples: ['1042'] }),
  received_at: Type.String({ format: 'date-time', examples: ['2025-05-27T07:40:00.000Z'] }),
  ...COUNTS
}, { $id: 'ListedReceipt', description: 'What became of a batch; its errors are in the receipt itself.' })

/** The fields of a stored event that are looked up or follow from others. */
const ResolvedFields: Record<Exclude<ResolvedName, 'id'>, TSchema> = {
  authority: Type.String({ examples: ['solihull'] }),
  service: Type.String({ examples: ['report-missed-bin'] }),
  occurred_at: Type.String({ format: 'date-time', examples: ['2025-05-27T07:31:00.000Z'] }),
  local_date: Type.String({
    format: 'date', description: 'The Europe/London day it counts on.', examples: ['2025-05-27']
  }),
  channel: Type.String({ examples: ['telephone-agent'] }),
  outcome: Type.String({ examples: ['reported'] }),
  ward: Type.String({ description: 'Code, or `unknown`.', examples: ['E05001286'] }),
  provider: Nullable(Type.String(), { examples: [null] }),
  attributes: Type.Record(Type.String(), Type.Union([Type.String(), Type.Boolean(), Type.Integer()]), {
    examples: [{ reason: 'not-presented' }]
  })
}

/** The fields that are shown as they were sent. */
const PlainFields = Object.fromEntries(PLAIN_COLUMNS.map(({ json, shownIfAbsent }): [string, TSchema] => {
  const { default: _, ...schema }: TSchema & { default?: unknown } = EventSchema.properties[json]
  return [json, shownIfAbsent === null
    ? Nullable(Type.Unsafe(schema), { examples: [null] })
    : Type.Unsafe({ ...schema, examples: [shownIfAbsent] })]
}))

const VersionFields = {
  ...ResolvedFields,
  ...PlainFields,
  voided_at: Nullable(Type.String({ format: 'date-time' }), {
    description: 'When it was withdrawn.', examples: [null]
  }),
  receipt: Type.String({ examples: ['1042'] })
}

export const StoredEventSchema = Type.Object({
  id: Type.String({ examples: ['SMBC-2025-000123'] }),
  ...VersionFields,
  history: Type.Array(Type.Object({ ...VersionFields, replaced_at: Type.String({ format: 'date-time' }) }), {
    description: 'Earlier revisions, newest first.', examples: [[]]
  })
}, { $id: 'StoredEvent', description: 'An event as it is kept, with its history.' })

export const ListedEventSchema = Type.Object({
  id: Type.String({ examples: ['SMBC-2025-000123'] }),
  ...VersionFields,
  received_at: Nullable(Type.String({ format: 'date-time' }), {
    description: 'When the version in force came in; null: its receipt is not kept any more.',
    examples: ['2025-05-27T07:40:00.000Z']
  }),
  history: Type.Optional(Type.Array(
    Type.Object({ ...VersionFields, replaced_at: Type.String({ format: 'date-time' }) }),
    { description: 'With `id`: earlier revisions, newest first.' }
  ))
}, { $id: 'ListedEvent', description: 'An event as it is kept.' })

const ROW = {
  id: 'SMBC-2025-000123',
  type: 'transaction',
  authority: 'solihull',
  service: 'report-missed-bin',
  occurred_at: '2025-05-27T08:31:00+01:00',
  channel: 'telephone-agent',
  outcome: 'reported',
  count: 1,
  ward: 'E05001286',
  street: 45203501,
  attributes: { reason: 'not-presented' }
}
export const EVENT_EXAMPLES = {
  one: { summary: 'One event', value: ROW },
  batch: { summary: 'A batch', value: [ROW, { ...ROW, id: 'SMBC-2025-000124', channel: 'web' }] }
}
export const NDJSON_EXAMPLE =
  `${JSON.stringify(ROW)}\n${JSON.stringify({ ...ROW, id: 'SMBC-2025-000124', channel: 'web' })}\n`

const { id, occurred_at: time, ...data } = ROW
export const CLOUD_EVENT_EXAMPLE = {
  specversion: '1.0',
  id,
  source: 'https://bartec.solihull.example',
  type: 'uk.gov.local.transaction',
  time,
  data
}
export const CloudEventSchema = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String({ description: 'Id of the event.' }),
  source: Type.String({ description: 'Not read: the token says whose event it is.' }),
  type: Type.String({ description: 'Not read: `data.type` says what it is.' }),
  time: Type.Optional(Type.String({
    format: 'date-time', description: 'occurred_at of the event, unless `data` has one.'
  })),
  data: Type.Object({}, { additionalProperties: true, description: 'The other fields of an event.' })
}, { $id: 'CloudEvent', description: 'A CloudEvent 1.0.', examples: [CLOUD_EVENT_EXAMPLE] })
