import { Type } from 'typebox'
import { checkChannels, endChannel, removeChannel, writeChannels, type ChannelInput } from '../../catalogue/channels.ts'
import { isUnknown, type Channel } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import { DIGITAL_CLASSES } from '../../domain/kpi/definition.ts'
import { ChannelSchema } from '../schemas/catalogue.ts'
import { Day, Nullable } from '../schemas/common.ts'
import { channelToWire } from '../wire/catalogue.ts'
import type { Kind } from './kind.ts'

const Name = (example: string) => Type.String({ minLength: 1, maxLength: 60, examples: [example] })

const ChannelInputSchema = Type.Object({
  slug: Type.String({
    pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 60, description: 'Its word in events.', examples: ['chatbot']
  }),
  label: Type.String({ minLength: 1, maxLength: 120, examples: ['Chatbot'] }),
  digital_class: Type.Enum([...DIGITAL_CLASSES], { examples: ['digital'] }),
  performance_platform_key: Type.Optional(Nullable(Name('chat'), {
    default: null, description: 'Its word in the old dialect.', examples: ['chat']
  })),
  aliases: Type.Optional(Type.Array(Name('Bot'), {
    maxItems: 50, default: [], description: 'Names seen elsewhere, of no other channel.', examples: [['Bot']]
  })),
  note: Type.Optional(Type.String({ maxLength: 500, default: '', examples: [''] })),
  valid_to: Type.Optional(Nullable(Day('The last day on which it is taken; null: it goes on.', '2026-03-31'), {
    default: null, examples: [null]
  }))
}, { $id: 'ChannelInput', additionalProperties: false, description: 'A way a transaction reaches a council.' })

/** The vocabulary of channels. */
export const channels: Kind<Channel, ChannelInput> = {
  path: '/channels',
  one: 'Channel',
  many: 'Channels',
  tag: 'catalogue',
  summary: 'The channel vocabulary, with digital class',
  address: [{ parameter: 'channel', field: 'slug', example: 'web', description: 'Its word.' }],
  row: ChannelSchema,
  input: ChannelInputSchema,
  examples: [{ slug: 'chatbot', label: 'Chatbot', digital_class: 'digital', aliases: ['Bot', 'virtual assistant'] }],
  filters: {
    digital_class: Type.Optional(Type.Enum([...DIGITAL_CLASSES], { description: 'Only channels of this class.' }))
  },
  permission: 'operator',
  codes: ['unknown-channel'],
  rows: ({ channels }, { digital_class: wanted }) =>
    channels.filter((channel) => wanted === undefined || channel.digital_class === wanted),
  key: ({ slug }) => slug,
  names: ({ slug, label, aliases }) => [slug, label, ...aliases],
  toWire: channelToWire,
  find: (directory, { channel = '' }) => known(directory.channel(channel), 'unknown-channel', 'channel'),
  existing: (directory, { slug }) => {
    const found = directory.channel(slug)
    return isUnknown(found) ? undefined : found
  },
  check: ({ catalogue }, inputs) => checkChannels(catalogue.directory, inputs),
  write: writeChannels,
  remove: removeChannel,
  end: endChannel
}
