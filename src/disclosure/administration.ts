import { looserFields, type DisclosureLevel, type DisclosureRule } from '../domain/disclosure/rule.ts'
import { ProblemError } from '../errors.ts'
import { deleteDisclosureRule, putDisclosureRule } from './store/disclosure.ts'
import type { Directory } from '../catalogue/directory.ts'
import { known } from '../catalogue/explain.ts'
import { ALL } from '../catalogue/place.ts'
import { changeCatalogue, mustGovern, type CatalogueChange } from '../catalogue/catalogue-change.ts'

export interface RuleAddress { authority: string, service: string, level: DisclosureLevel }

/**
 * The rule in force at an address; 0 stands for every authority or service. Throws `ProblemError` for unknown names.
 */
export function ruleAt (directory: Directory, address: RuleAddress): DisclosureRule {
  const { authorityId, serviceId } = idsOf(directory, address)
  return directory.disclosureRule(authorityId ?? 0, serviceId ?? 0, address.level)
}

/** Who set a rule: the operator, or an administrator of the authority, who may only be stricter. */
export type SetBy = 'operator' | 'administrator'

/**
 * Creates or replaces the operator's rule, or that of the authority's administrators, beside it; what `change` leaves
 * out stays as it is in force now. Returns the rule in force then. Throws `ProblemError` (forbidden) where an
 * administrator would loosen what the operator says.
 */
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
  const { directory } = catalogue
  const setBy = mayGovern(context, address)
  const ofOperator = directory.disclosureRules.ofOperator(authorityId ?? 0, serviceId ?? 0, address.level)
  const rule = { ...setBy === 'operator' ? ofOperator : ruleAt(directory, address), ...change }
  if (setBy === 'administrator') refuseLooser(rule, ofOperator, address)
  const detail = { ...rule, set_by: setBy }
  const entry = { action: 'put-disclosure-rule', subject: subjectOf(address), detail, authorityId }
  await changeCatalogue(context, entry, async (trx, at) => {
    await putDisclosureRule(trx, {
      authority_id: authorityId,
      service_id: serviceId,
      level: address.level,
      threshold: rule.threshold,
      finest: rule.finest,
      delay_days: rule.delayDays,
      round_to: rule.roundTo,
      set_by: setBy,
      updated_at: at
    })
  })
  return ruleAt(catalogue.directory, address)
}

/**
 * Falls back to the next wider rule. Administrators take back what administrators of the authority set, and nothing of
 * the operator's. Throws `ProblemError` (not-found) where there is no such rule at the address itself.
 */
export async function removeRule (
  context: CatalogueChange, address: RuleAddress, asked?: SetBy
): Promise<void> {
  const { directory } = context.catalogue
  const { authorityId, serviceId } = idsOf(directory, address)
  const own = mayGovern(context, address)
  const setBy = asked ?? own
  if (own === 'administrator' && setBy === 'operator') {
    throw new ProblemError('forbidden', 'The operator set this rule, so only the operator may take it back.')
  }
  const detail = { set_by: setBy }
  const entry = { action: 'delete-disclosure-rule', subject: subjectOf(address), detail, authorityId }
  await changeCatalogue(context, entry, async (trx) => {
    if (await deleteDisclosureRule(trx, { authorityId, serviceId, level: address.level, setBy })) return
    const other = directory.disclosureRules.rows.find((row) =>
      row.authority_id === authorityId && row.service_id === serviceId && row.level === address.level
    )
    throw new ProblemError(
      own === 'administrator' && other !== undefined ? 'forbidden' : 'not-found',
      other === undefined
        ? `There is no rule ${subjectOf(address)}.`
        : own === 'administrator'
          ? 'The operator set this rule, so only the operator may take it back.'
          : `The rule ${subjectOf(address)} was set by an administrator: take it back with ?set_by=administrator.`
    )
  })
}

/** As whom they set the rule. Throws `ProblemError` (forbidden) for those who may not. */
function mayGovern (context: CatalogueChange, { authority }: RuleAddress): SetBy {
  if (context.principal.kind === 'operator') return 'operator'
  if (authority === ALL) throw new ProblemError('forbidden', 'Only the operator sets a rule for all authorities.')
  mustGovern(context, known(context.catalogue.directory.authority(authority), 'unknown-authority', 'authority'))
  return 'administrator'
}

const IN_JSON: Record<keyof DisclosureRule, string> = {
  threshold: 'threshold', finest: 'finest', delayDays: 'delay_days', roundTo: 'round_to'
}

function refuseLooser (rule: DisclosureRule, than: DisclosureRule, address: RuleAddress): void {
  const [field] = looserFields(rule, than)
  if (field === undefined) return
  throw new ProblemError(
    'forbidden',
    `${IN_JSON[field]} ${String(rule[field])} would loosen ${subjectOf(address)}, where the operator’s rule says ` +
      `${String(than[field])}: an administrator may only be stricter. Ask the operator.`
  )
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
