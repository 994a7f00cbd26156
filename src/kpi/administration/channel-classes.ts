import type { Kysely } from 'kysely'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import { authorityIdOf, findByKey, wrongName, wrongPlace } from '../../catalogue/place.ts'
import type { KpiCatalogueRows } from '../../catalogue/store/kpis.ts'
import { deleteSetting, putSettings } from '../../catalogue/store/settings.ts'
import type { DigitalClass } from '../../domain/kpi/definition.ts'
import type { RowError } from '../../errors.ts'
import type { Tables } from '../../postgres/tables.ts'

export type ChannelClassRow = KpiCatalogueRows['channelClasses'][number]

/** The digital class of a channel for a service from a day on; `authority` null: for all. */
export interface ChannelClassInput {
  service: string
  channel: string
  authority: string | null
  from_on: string
  digital_class: DigitalClass
  reason: string
}

const keyOf = (row: Pick<ChannelClassRow, 'service_id' | 'channel_id' | 'authority_id' | 'from_on'>): string =>
  `${row.service_id} ${row.channel_id} ${row.authority_id} ${row.from_on}`

/** Throws `ProblemError` for names that are not known. */
export function findChannelClass (
  directory: Directory, address: Pick<ChannelClassInput, 'service' | 'channel' | 'authority' | 'from_on'>
): ChannelClassRow | undefined {
  return findByKey(directory.kpis.channelClasses, keyOf, keyOf(idsOf(address, directory)))
}

function idsOf (
  { service, channel, authority, from_on }: Pick<ChannelClassInput, 'service' | 'channel' | 'authority' | 'from_on'>,
  directory: Directory
): Omit<ChannelClassRow, 'digital_class' | 'reason'> {
  return {
    authority_id: authorityIdOf({ authority }, directory),
    service_id: known(directory.service(service), 'unknown-service', 'service').id,
    channel_id: known(directory.channel(channel), 'unknown-channel', 'channel').id,
    from_on
  }
}

export function checkChannelClasses (
  { catalogue: { directory } }: CatalogueChange, inputs: readonly ChannelClassInput[]
): RowError[] {
  return inputs.flatMap(({ authority, service, channel }, index) => [
    ...wrongPlace({ authority }, directory, index),
    ...wrongName(directory.service(service), 'service', index),
    ...wrongName(directory.channel(channel), 'channel', index)
  ])
}

export async function writeChannelClasses (
  trx: Kysely<Tables>, inputs: readonly ChannelClassInput[], _at: Date, directory: Directory
): Promise<void> {
  await putSettings(trx, 'channel_class', inputs.map((input) => ({
    ...idsOf(input, directory), digital_class: input.digital_class, reason: input.reason
  })))
}

export async function removeChannelClass (trx: Kysely<Tables>, row: ChannelClassRow): Promise<void> {
  await deleteSetting(trx, 'channel_class', row)
}
