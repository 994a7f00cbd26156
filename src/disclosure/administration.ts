import type { DisclosureLevel, DisclosureRule } from '../domain/disclosure/rule.ts'
import { ProblemError } from '../errors.ts'
import { deleteDisclosureRule, putDisclosureRule } from './store/disclosure.ts'
import type { Directory } from '../catalogue/directory.ts'
import { known } from '../catalogue/explain.ts'
import { changeCatalogue, type CatalogueChange } from '../catalogue/catalogue-change.ts'

/** The word for every authority or every service in the address of a rule. */
export const ALL = 'all'

export interface RuleAddress { authority: string, service: string, level: DisclosureLevel }

/**
 * The rule in force at an address; 0 stands for every authority or service. Throws `ProblemError` for unknown names.
 */
export function ruleAt (directory: Directory, address: RuleAddress): DisclosureRule {
  const { authorityId, serviceId } = idsOf(directory, address)
  return directory.disclosureRule(authorityId ?? 0, serviceId ?? 0, address.level)
}

/** Creates or replaces a rule; what `change` leaves out stays as it is in force now. */
export async function saveRule (
  context: CatalogueChange, address: RuleAddress, change: Partial<DisclosureRule>
): Promise<DisclosureRule> {
  const { catalogue } = context
  const { authorityId, serviceId } = idsOf(catalogue.directory, address)
  if (address.level === 'authority' && change.delayDays !== undefined && change.delayDays > 0) {
    throw new ProblemError(
      'invalid-request',
      'delay_days has no effect here: figures of a whole authority are live. Set it for wards or streets.'
    )
  }
  const rule = { ...ruleAt(catalogue.directory, address), ...change }
  const entry = { action: 'put-disclosure-rule', subject: subjectOf(address), detail: rule, authorityId }
  await changeCatalogue(context, entry, async (trx, at) => {
    await putDisclosureRule(trx, {
      authority_id: authorityId,
      service_id: serviceId,
      level: address.level,
      threshold: rule.threshold,
      finest: rule.finest,
      delay_days: rule.delayDays,
      round_to: rule.roundTo,
      updated_at: at
    })
  })
  return rule
}

/** Falls back to the next wider rule. Throws `ProblemError` (not-found) where there is none at the address itself. */
export async function removeRule (context: CatalogueChange, address: RuleAddress): Promise<void> {
  const { authorityId, serviceId } = idsOf(context.catalogue.directory, address)
  const entry = { action: 'delete-disclosure-rule', subject: subjectOf(address), detail: {}, authorityId }
  await changeCatalogue(context, entry, async (trx) => {
    if (!await deleteDisclosureRule(trx, authorityId, serviceId, address.level)) {
      throw new ProblemError('not-found', `There is no rule ${subjectOf(address)}.`)
    }
  })
}

function idsOf (
  directory: Directory, { authority, service }: RuleAddress
): { authorityId: number | null, serviceId: number | null } {
  return {
    authorityId: authority === ALL ? null : known(directory.authority(authority), 'unknown-authority', 'authority').id,
    serviceId: service === ALL ? null : known(directory.service(service), 'unknown-service', 'service').id
  }
}

function subjectOf ({ authority, service, level }: RuleAddress): string {
  return `${authority}/${service}/${level}`
}
