import { changeCatalogue, mustGovern, type CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { known } from '../../catalogue/explain.ts'
import { EVENT_TYPES, type EventType } from '../../domain/event.ts'
import type { DigitalClass } from '../../domain/kpi/definition.ts'
import { authorityIdOf, placeToRow } from '../../catalogue/place.ts'
import { putSettings } from '../../catalogue/store/settings.ts'

/** Declares whether events or counts say how much there was, from a day on, for an authority, service and type. */
export async function declareAuthoritative (
  context: CatalogueChange,
  names: { authority: string, service: string },
  { type, from_on, basis }: { type: EventType, from_on: string, basis: 'events' | 'counts' }
): Promise<void> {
  const { directory } = context.catalogue
  const authority = known(directory.authority(names.authority), 'unknown-authority', 'authority')
  const service = known(directory.service(names.service), 'unknown-service', 'service')
  mustGovern(context, authority)
  const row = { authority_id: authority.id, service_id: service.id, type: EVENT_TYPES[type], from_on, basis }
  const subject = `${authority.slug}/${service.slug}`
  const detail = { type, from_on, basis }
  const entry = { action: 'put-authoritative', subject, detail, authorityId: authority.id }
  await changeCatalogue(context, entry, async (trx) => await putSettings(trx, 'authoritative', [row]))
}

/** Sets the digital class of a channel for a service from a day on, for one authority or for all. */
export async function setChannelClass (
  context: CatalogueChange,
  names: { service: string, channel: string },
  setting: { from_on: string, digital_class: DigitalClass, reason: string, authority?: string | undefined }
): Promise<void> {
  const { directory } = context.catalogue
  const service = known(directory.service(names.service), 'unknown-service', 'service')
  const channel = known(directory.channel(names.channel), 'unknown-channel', 'channel')
  const authorityId = authorityIdOf(setting, directory)
  const { from_on, digital_class, reason } = setting
  const subject = `${service.slug}/${channel.slug}`
  const entry = { action: 'put-channel-class', subject, detail: setting, authorityId: authorityId || null }
  await changeCatalogue(context, entry, async (trx) => {
    await putSettings(trx, 'channel_class', [{
      authority_id: authorityId, service_id: service.id, channel_id: channel.id, from_on, digital_class, reason
    }])
  })
}

/**
 * Sets what one transaction moved, or one failure avoided, is worth from a day on: for all, an authority, a service or
 * both.
 */
export async function setUnitCost (
  context: CatalogueChange,
  kind: 'channel-shift' | 'failure-demand',
  setting: {
    authority?: string | undefined, service?: string | undefined, from_on: string, pence: number, source: string
  }
): Promise<void> {
  const { directory } = context.catalogue
  const { from_on, pence, source } = setting
  const place = placeToRow(setting, directory)
  const entry = { action: 'put-unit-cost', subject: kind, detail: setting, authorityId: place.authority_id || null }
  await changeCatalogue(context, entry, async (trx) => {
    await putSettings(trx, 'unit_cost', [{ ...place, kind, from_on, pence, source }])
  })
}

/** Creates or replaces a named group of authorities to compare. */
export async function saveComparatorGroup (
  context: CatalogueChange, slug: string, { title, authorities }: { title: string, authorities: string[] }
): Promise<void> {
  const ids = [
    ...new Set(authorities.map((name) =>
      known(context.catalogue.directory.authority(name), 'unknown-authority', 'authority').id
    ))
  ]
  const entry = { action: 'put-comparator-group', subject: slug, detail: { title, authorities } }
  await changeCatalogue(context, entry, async (trx) => {
    await putSettings(trx, 'comparator_group', [{ slug, title, authorities: ids }])
  })
}
