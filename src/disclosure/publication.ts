import { changeCatalogue, mustGovern, type CatalogueChange } from '../catalogue/catalogue-change.ts'
import type { Authority, Directory } from '../catalogue/directory.ts'
import { known } from '../catalogue/explain.ts'
import type { PublicationRule } from '../catalogue/publication-directory.ts'
import { parseDay, parseInstant } from '../domain/calendar.ts'
import type { Audience } from '../domain/publication.ts'
import { ProblemError } from '../errors.ts'
import { ALL } from './administration.ts'
import { countPublicationRules, deletePublicationRule, putPublicationRule } from './store/publication.ts'

export interface PublicationRuleAddress { authority: string, service: string, from_on: string }
export interface PublicationRuleInput { to_on?: string | null, audience: Audience, publish_at?: string | null }

/** Each answer looks at all of them that are of its authorities. */
const MOST_RULES = 500
const EVERY_SERVICE = 0

/** The rules of an authority, a service or all, by authority, service and first day. Throws for unknown names. */
export function findPublicationRules (
  directory: Directory, { authority, service }: { authority?: string | undefined, service?: string | undefined }
): PublicationRule[] {
  const authorityId = authority === undefined ? undefined : authorityOf(directory, authority).id
  const serviceId = service === undefined ? undefined : serviceIdOf(directory, service)
  return directory.publication.rules.filter((rule) =>
    (authorityId === undefined || rule.authority_id === authorityId) &&
    (serviceId === undefined || rule.service_id === serviceId)
  )
}

/** Creates or replaces a rule; returns whether it is new. Throws `ProblemError` for what does not make sense. */
export async function savePublicationRule (
  change: CatalogueChange, address: PublicationRuleAddress, input: PublicationRuleInput
): Promise<{ created: boolean, rule: PublicationRule }> {
  const { directory } = change.catalogue
  const authority = authorityOf(directory, address.authority)
  mustGovern(change, authority)
  const key = keyOf(directory, authority, address)
  const { to_on: toOn = null, audience, publish_at: at = null } = input
  if (toOn !== null && (parseDay(toOn) ?? -Infinity) < (parseDay(key.from_on) ?? 0)) {
    throw new ProblemError('invalid-period-range', `to_on ${toOn} is no day of the calendar, or before ${key.from_on}.`)
  }
  const publishAt = at === null ? undefined : parseInstant(at)
  if (at !== null && publishAt === undefined) {
    throw new ProblemError(
      'invalid-request', `publish_at ${at} is no instant; send it as 2026-10-15T09:30:00+01:00, with its offset.`
    )
  }
  const rule = {
    ...key,
    to_on: toOn,
    audience,
    publish_at: publishAt === undefined ? null : new Date(publishAt),
    updated_at: new Date(change.clock())
  }
  const entry = {
    action: 'put-publication-rule',
    subject: subjectOf(address),
    detail: { to_on: toOn, audience, publish_at: rule.publish_at },
    authorityId: authority.id
  }
  const created = await changeCatalogue(change, entry, async (trx) => {
    const isNew = !await deletePublicationRule(trx, key)
    if (isNew && await countPublicationRules(trx, authority.id) >= MOST_RULES) {
      throw new ProblemError(
        'invalid-request', `${authority.slug} has ${MOST_RULES} publication rules already; delete those that are past.`
      )
    }
    await putPublicationRule(trx, rule)
    return isNew
  })
  return { created, rule }
}

/** Removes a rule: its figures are published, unless another rule is about them. Throws `ProblemError` (not-found). */
export async function removePublicationRule (
  change: CatalogueChange, address: PublicationRuleAddress
): Promise<void> {
  const { directory } = change.catalogue
  const authority = authorityOf(directory, address.authority)
  mustGovern(change, authority)
  const key = keyOf(directory, authority, address)
  const subject = subjectOf(address)
  const entry = { action: 'delete-publication-rule', subject, detail: {}, authorityId: authority.id }
  await changeCatalogue(change, entry, async (trx) => {
    if (!await deletePublicationRule(trx, key)) throw new ProblemError('not-found', `There is no rule ${subject}.`)
  })
}

function keyOf (directory: Directory, authority: Authority, { service, from_on: fromOn }: PublicationRuleAddress) {
  if (parseDay(fromOn) === undefined) {
    throw new ProblemError('invalid-period-range', `${fromOn} is not a day of the calendar; send YYYY-MM-DD.`)
  }
  return { authority_id: authority.id, service_id: serviceIdOf(directory, service), from_on: fromOn }
}

const authorityOf = (directory: Directory, name: string): Authority =>
  known(directory.authority(name), 'unknown-authority', 'authority')

const serviceIdOf = (directory: Directory, name: string): number =>
  name === ALL ? EVERY_SERVICE : known(directory.service(name), 'unknown-service', 'service').id

const subjectOf = ({ authority, service, from_on: fromOn }: PublicationRuleAddress): string =>
  `${authority}/${service}/${fromOn}`
