import { Type } from 'typebox'
import { KEPT_DAYS } from '../../quarantine/expiry.ts'
import { ReceiptSchema } from './events.ts'
import { Nullable } from './common.ts'

const Moment = () => Type.String({ format: 'date-time' })

const RejectionSchema = Type.Object({
  id: Type.String({ description: 'Receipt of its batch and place in it.', examples: ['1042-17'] }),
  kind: Type.Enum(['event', 'observation']),
  state: Type.Enum(['open', 'refused-again', 'replayed'], {
    description: 'replayed: a replay took it. refused-again: one did not; `errors` are those of the last.'
  }),
  receipt: Type.String({ description: 'Of the batch that it came in.', examples: ['1042'] }),
  index: Type.Integer({ description: 'Position in the batch, from 0.', examples: [17] }),
  line: Nullable(Type.Integer(), { description: 'Of a file: its line.', examples: [19] }),
  mapping: Nullable(Type.Object({ name: Type.String(), version: Type.Integer() }), {
    description: 'What the file was read through.', examples: [null]
  }),
  received_at: Moment(),
  expires_at: Type.String({ format: 'date-time', description: `When it is removed: ${KEPT_DAYS} days after.` }),
  row: Type.Any({
    description:
      'As it came: the fields that somebody reads, of a file the cells that its mapping reads by column, of a line ' +
        'that is no JSON its text. A value that nobody reads is `["not kept"]`. Null: nothing was kept, because it ' +
        'may hold a person’s data, its day is closed, its event was erased, or it is too long.',
    examples: [{ id: 'SMBC-2025-000123', authority: 'solihull', channel: 'Fone' }]
  }),
  errors: Type.Array(Type.Ref('RowError'), { description: 'Everything that is wrong with it.' }),
  attempts: Type.Integer({ description: 'Replays so far.', examples: [0] }),
  replayed_at: Nullable(Moment(), { description: 'When last.', examples: [null] }),
  replay_receipt: Nullable(Type.String(), { description: 'Receipt of the last replay.', examples: [null] })
}, { $id: 'Rejection', description: 'A row that was refused, as it is kept.' })

const ReplaySchema = Type.Object({
  ...ReceiptSchema.properties,
  rejection: Type.Ref('Rejection'),
  again: Type.Boolean({ description: 'It was replayed before: nothing was done, and the receipt is of then.' })
}, { $id: 'Replay', description: 'The receipt of a replay, and what became of the row.' })

const BulkReplaySchema = Type.Object({
  ...ReceiptSchema.properties,
  left: Type.Integer({ description: 'Rows that the filters name and that were not tried.', examples: [0] }),
  next: Nullable(Type.String(), {
    description: 'To send as `cursor` to go on with those; null: none is left.', examples: [null]
  })
}, { $id: 'BulkReplay', description: 'The receipt of a replay of many rows, and what is left.' })

const WordSchema = Type.Object({
  field: Type.String({ description: '`channel`, `ward`, `attributes.reason` …', examples: ['channel'] }),
  within: Nullable(Type.String(), {
    description: 'Of a ward the authority, of an attribute the service, as they were sent.', examples: [null]
  }),
  word: Type.String({ examples: ['Fone'] }),
  rows: Type.Integer({
    description: 'Rows that had it, of refused batches too; those of a batch that is sent again count again.',
    examples: [212]
  }),
  first_seen: Moment(),
  last_seen: Moment(),
  suggestion: Nullable(Type.String(), {
    description: 'The nearest word that is known.', examples: ['telephone-agent']
  }),
  receipt: Type.String({ description: 'Of the last batch that had it.', examples: ['1042'] })
}, { $id: 'UnmappedWord', description: 'A word that a source sends and nobody knows.' })

const ID = '^\\d{1,15}-\\d{1,5}$'
export const RejectionId = Type.String({ pattern: ID, examples: ['1042-17'] })

/** What the contract names of them. */
export const REJECTION_SCHEMAS = [RejectionSchema, ReplaySchema, BulkReplaySchema, WordSchema]

/** Which rejections, in the query of each endpoint for several. */
export const WHICH = {
  source: Type.Optional(Type.String({
    pattern: '^[^/]{1,120}/[a-z0-9][a-z0-9-]{0,59}$',
    description: 'Whose, as `authority/name`; a source’s own token need not say it.',
    examples: ['solihull/bartec']
  })),
  code: Type.Optional(Type.String({
    maxLength: 60, description: 'Only those with such an error.', examples: ['unknown-channel']
  })),
  field: Type.Optional(Type.String({
    minLength: 1,
    maxLength: 300,
    description: 'Only those with an error in this field (`attributes.reason`) or column of a file.',
    examples: ['channel']
  })),
  receipt: Type.Optional(Type.String({
    pattern: '^\\d{1,15}$', description: 'Only those of this batch.', examples: ['1042']
  })),
  state: Type.Optional(Type.Enum(['open', 'refused-again', 'replayed'])),
  kind: Type.Optional(Type.Enum(['event', 'observation']))
}

export const OF_SOURCE = { source: WHICH.source }

export const CURSOR = {
  cursor: Type.Optional(Type.String({ pattern: ID, description: 'Only those behind this one.', examples: ['1042-17'] }))
}
