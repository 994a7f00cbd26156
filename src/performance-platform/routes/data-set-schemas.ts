import { Type, type TProperties } from 'typebox'
import { AUDIENCES } from '../../domain/publication.ts'
import { Nullable } from '../../http/schemas/common.ts'

const Name = (description: string, example: string) =>
  Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$', description, examples: [example] })
const Field = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]+$', maxLength: 63 })

export const DataSetParams = Type.Object({
  group: Name('Data group.', 'solihull-local-authority'),
  type: Name('Data type.', 'transactions-by-channel')
})

const settings = {
  name: Type.String({
    pattern: '^[a-zA-Z][a-zA-Z0-9_]{1,199}$',
    description: 'Its old address, /<name>; group and type if left out.',
    examples: ['solihull_local_authority_transactions_by_channel']
  }),
  published: Type.Boolean({
    description: 'If not, it is not there but for its audience, whose answers carry a warning and are not cached.',
    examples: [true]
  }),
  audience: Type.Enum([...AUDIENCES], {
    description:
      'Who reads it before it is published, beside whoever writes it. authority: the operator, administrators and ' +
        'sources of its authority, and readers with the scope unpublished. councils: everybody with a token.',
    examples: ['authority']
  }),
  publish_at: Nullable(Type.String({
    format: 'date-time', description: 'When it is published by itself; null: as published says.'
  }), { examples: [null] }),
  queryable: Type.Boolean({ description: 'If not, it is not found by readers.', examples: [true] }),
  raw_queries_allowed: Type.Boolean({ description: 'Whether single records may be read.', examples: [false] }),
  realtime: Type.Boolean({ description: 'Answers are fresh for two minutes instead of thirty.', examples: [false] }),
  auto_ids:
    Nullable(Type.Array(Field, {
      maxItems: 20, description: 'Fields of which a record’s id is made.', examples: [[]]
    })),
  max_age_expected:
    Nullable(Type.Integer({
      minimum: 0,
      maximum: 2_147_483_647,
      description: 'Seconds after which it is out of date; null: never.',
      examples: [2_678_400]
    })),
  schema:
    Nullable(Type.Record(Type.String(), Type.Unknown(), {
      description: 'JSON Schema, draft 4, of a record.', examples: [{ type: 'object' }]
    })),
  dimensions: Type.Array(Field, {
    maxItems: 8, uniqueItems: true, description: 'Fields to keep daily sums by.', examples: [['channel']]
  }),
  measures: Type.Array(Field, {
    maxItems: 8, uniqueItems: true, description: 'Numbers to keep daily sums of.', examples: [['count']]
  }),
  labels: Type.Record(Type.String({ minLength: 1, maxLength: 60 }), Type.String({ minLength: 1, maxLength: 100 }), {
    description: 'Makes the address a view of typed data, whose channels show under these labels.',
    examples: [{ 'telephone-agent': 'Phone' }]
  }),
  authority: Type.String({ description: 'Whom the records are about.', examples: ['solihull'] }),
  service: Type.String({ description: 'What the records are about.', examples: ['report-missed-bin'] }),
  mapping: Type.Object({
    channel: Type.Optional(Field),
    ward: Type.Optional(Field),
    count: Type.Optional(Field),
    aliases: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 60 }), Type.String(), {
      description: 'The records’ own names of channels, each with the vocabulary’s word.'
    }))
  }, {
    additionalProperties: false,
    description: 'Which fields are the channel, the ward and the count.',
    examples: [{ channel: 'channel', count: 'count' }]
  })
} satisfies TProperties

const optional = Object.fromEntries(Object.entries(settings).map(([key, schema]) => [key, Type.Optional(schema)]))

export const DataSetBody = Type.Object(optional, {
  $id: 'DataSetSettings', additionalProperties: false, description: 'How a data set is written and read.'
})

const { labels, authority, service, mapping, ...always } = settings

export const DataSetView = Type.Object({
  data_group: Type.String({ examples: ['solihull-local-authority'] }),
  data_type: Type.String({ examples: ['transactions-by-channel'] }),
  ...always,
  labels: Type.Optional(labels),
  authority: Type.Optional(authority),
  service: Type.Optional(service),
  mapping: Type.Optional(mapping),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' })
}, { $id: 'DataSet', description: 'A data set of the Performance Platform dialect.' })

export const DataSetTokenBody = Nullable(
  Type.Object({
    token: Type.Optional(Type.String({
      minLength: 8, maxLength: 500, pattern: '^[\\x21-\\x7E]+$', description: 'A secret that a sender has already.'
    })),
    days: Type.Optional(Type.Integer({
      minimum: 1,
      maximum: 3660,
      description: 'Days until it expires; left out: 365, or never for a secret taken over.'
    }))
  }, { additionalProperties: false }),
  { examples: [{ token: 'secret-that-the-old-sender-has' }] }
)

export const NewDataSetToken = Type.Object({
  id: Type.String({ examples: ['5f0c2a9be1d3c477'] }),
  token: Type.String({ description: 'The secret, shown this once.', examples: ['lpp_…'] }),
  expires_at: Nullable(Type.String({ format: 'date-time' }))
}, { $id: 'NewDataSetToken', description: 'A new token of a data set, with its secret.' })
