import type { Kysely } from 'kysely'
import type { Source } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import { EVENT_TYPES, type EventType } from '../../domain/event.ts'
import type { DigitalClass } from '../../domain/kpi/definition.ts'
import { ProblemError } from '../../errors.ts'
import { notifyCatalogueChanged } from '../../catalogue/store/catalogue.ts'
import { putAuthoritative, putChannelClass, putComparatorGroup, putUnitCost } from '../../catalogue/store/kpis.ts'
import { writeAudit } from '../../catalogue/store/sources.ts'
import type { Tables } from '../../postgres/tables.ts'

/** `source` is null for the operator. */
export interface SettingsContext {
  db: Kysely<Tables>
  catalogue: Catalogue
  clock: () => number
  source: Source | null
}

const ALL = 0

/** Declares whether events or counts say how much there was, from a day on, for an authority, service and type. */
export async function declareAuthoritative (
  context: SettingsContext,
  names: { authority: string, service: string },
  { type, from_on, basis }: { type: EventType, from_on: string, basis: 'events' | 'counts' }
): Promise<void> {
  const { authority, service } = writable(context, names)
  const row = { authority_id: authority.id, service_id: service.id, type: EVENT_TYPES[type], from_on, basis }
  await change(
    context,
    'put-authoritative',
    `${authority.slug}/${service.slug}`,
    { type, from_on, basis },
    async (trx) => {
      await putAuthoritative(trx, row)
    }
  )
}

/** Sets the digital class of a channel for a service from a day on, for one authority or for all. */
export async function setChannelClass (
  context: SettingsContext,
  names: { service: string, channel: string },
  setting: { from_on: string, digital_class: DigitalClass, reason: string, authority?: string | undefined }
): Promise<void> {
  const { directory } = context.catalogue
  const service = known(directory.service(names.service), 'unknown-service', 'service')
  const channel = known(directory.channel(names.channel), 'unknown-channel', 'channel')
  const authorityId = setting.authority === undefined
    ? ALL
    : known(directory.authority(setting.authority), 'unknown-authority', 'authority').id
  const { from_on, digital_class, reason } = setting
  await change(context, 'put-channel-class', `${service.slug}/${channel.slug}`, setting, async (trx) => {
    await putChannelClass(trx, {
      authority_id: authorityId, service_id: service.id, channel_id: channel.id, from_on, digital_class, reason
    })
  })
}

/**
 * Sets what one transaction moved, or one failure avoided, is worth from a day on: for all, an authority, a service or
 * both.
 */
export async function setUnitCost (
  context: SettingsContext,
  kind: 'channel-shift' | 'failure-demand',
  setting: {
    authority?: string | undefined, service?: string | undefined, from_on: string, pence: number, source: string
  }
): Promise<void> {
  const { directory } = context.catalogue
  const row = {
    authority_id: setting.authority === undefined
      ? ALL
      : known(directory.authority(setting.authority), 'unknown-authority', 'authority').id,
    service_id: setting.service === undefined
      ? ALL
      : known(directory.service(setting.service), 'unknown-service', 'service').id,
    kind,
    from_on: setting.from_on,
    pence: setting.pence,
    source: setting.source
  }
  await change(context, 'put-unit-cost', kind, setting, async (trx) => {
    await putUnitCost(trx, row)
  })
}

/** Creates or replaces a named group of authorities to compare. */
export async function saveComparatorGroup (
  context: SettingsContext, slug: string, { title, authorities }: { title: string, authorities: string[] }
): Promise<void> {
  const ids = [
    ...new Set(authorities.map((name) =>
      known(context.catalogue.directory.authority(name), 'unknown-authority', 'authority').id
    ))
  ]
  await change(context, 'put-comparator-group', slug, { title, authorities }, async (trx) => {
    await putComparatorGroup(trx, { slug, title, authorities: ids })
  })
}

/** The authority and service that names mean, if the source may write for them; the operator may for all. */
export function writable (
  { catalogue, source }: Pick<SettingsContext, 'catalogue' | 'source'>, names: { authority: string, service: string }
) {
  const { directory } = catalogue
  const authority = writableAuthority({ catalogue, source }, names.authority)
  const service = known(directory.service(names.service), 'unknown-service', 'service')
  if (source !== null && !source.services.includes(service.id)) {
    throw new ProblemError('forbidden', `This source may not write for ${service.slug}.`)
  }
  return { authority, service }
}

export function writableAuthority (
  { catalogue: { directory }, source }: { catalogue: Pick<Catalogue, 'directory'>, source: Source | null }, name: string
) {
  const authority = known(directory.authority(name), 'unknown-authority', 'authority')
  if (source !== null && source.authority_id !== authority.id && !source.provider_for.includes(authority.id)) {
    throw new ProblemError('forbidden', `This source may not write for ${authority.slug}.`)
  }
  return authority
}

async function change (
  { db, catalogue, clock, source }: SettingsContext,
  action: string,
  subject: string,
  detail: unknown,
  work: (trx: Kysely<Tables>) => Promise<void>
): Promise<void> {
  const actor = source === null ? 'operator' : `${source.authority.slug}/${source.name}`
  await db.transaction().execute(async (trx) => {
    await work(trx)
    await writeAudit(trx, { at: new Date(clock()), actor, action, subject, detail })
    await notifyCatalogueChanged(trx)
  })
  await catalogue.refresh()
}
