import { Type } from 'typebox'
import { canonicalPlace, ofPlace, placeOf, type Place } from '../../catalogue/place.ts'
import { known } from '../../catalogue/explain.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { DIGITAL_CLASSES } from '../../domain/kpi/definition.ts'
import {
  checkChannelClasses, findChannelClass, removeChannelClass, writeChannelClasses, type ChannelClassInput,
  type ChannelClassRow
} from '../../kpi/administration/channel-classes.ts'
import { EveryAuthority, FromOn, IN_ADDRESS, orAll, orNothing, PLACE_FILTERS, ServiceName } from './fields.ts'
import type { Kind } from './kind.ts'

const fields = {
  service: ServiceName,
  channel: Type.String({ minLength: 1, maxLength: 60, examples: ['kiosk'] }),
  authority: EveryAuthority,
  from_on: FromOn,
  digital_class: Type.Enum([...DIGITAL_CLASSES], { examples: ['digital'] }),
  reason: Type.String({ minLength: 1, maxLength: 300, examples: ['Self-scan is the online service on a kiosk'] })
}

const channelOf = ({ channelById }: Directory, { channel_id: id }: ChannelClassRow): string =>
  channelById.get(id)?.slug ?? ''

/** The digital classes of channels that differ from the vocabulary's. */
export const channelClasses: Kind<ChannelClassRow, ChannelClassInput> = {
  path: '/channel-classes',
  one: 'ChannelClass',
  many: 'AllChannelClasses',
  tag: 'kpis',
  summary: 'The digital classes that were set for services, and from when',
  address: [
    { parameter: 'service', field: 'service', example: 'renew-library-item', description: 'Slug.' },
    { parameter: 'channel', field: 'channel', example: 'kiosk', description: 'A word of /v1/channels.' },
    IN_ADDRESS.authority,
    IN_ADDRESS.fromOn
  ],
  row: Type.Object(fields, { $id: 'ChannelClass', description: 'The digital class of a channel from a day on.' }),
  input: Type.Object(fields, {
    $id: 'ChannelClassInput', additionalProperties: false, description: 'The digital class of a channel for a service.'
  }),
  examples: [{
    service: 'renew-library-item',
    channel: 'kiosk',
    authority: 'warwickshire',
    from_on: '2025-06-02',
    digital_class: 'digital',
    reason: 'Self-scan is the online service on a kiosk'
  }],
  filters: {
    ...PLACE_FILTERS,
    channel: Type.Optional(Type.String({ maxLength: 60, examples: ['kiosk'] })),
    digital_class: Type.Optional(Type.Enum([...DIGITAL_CLASSES]))
  },
  permission: 'operator',
  codes: ['unknown-authority', 'unknown-service', 'unknown-channel'],
  rows: (directory, query) => {
    const { channel, digital_class: wanted, ...place } = query as Place & { channel?: string, digital_class?: string }
    const id = channel === undefined
      ? undefined
      : known(directory.channel(channel), 'unknown-channel', 'channel').id
    return ofPlace(directory.kpis.channelClasses, place, directory).filter((row) =>
      (id === undefined || row.channel_id === id) && (wanted === undefined || row.digital_class === wanted)
    )
  },
  key: (row, directory) => {
    const { authority, service } = placeOf(row, directory)
    return `${orAll(service)}/${channelOf(directory, row)}/${orAll(authority)}/${row.from_on}`
  },
  names: ({ reason, digital_class }) => [reason, digital_class],
  toWire: (row, directory) => ({
    ...placeOf(row, directory),
    channel: channelOf(directory, row),
    from_on: row.from_on,
    digital_class: row.digital_class,
    reason: row.reason
  }),
  find: (directory, address) => findChannelClass(directory, address as unknown as ChannelClassInput),
  canonical: (directory, input) => canonicalPlace(input, directory),
  existing: orNothing(findChannelClass),
  check: checkChannelClasses,
  write: writeChannelClasses,
  remove: removeChannelClass
}
