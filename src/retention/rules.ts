import { changeCatalogue, mustGovern, type CatalogueChange } from '../catalogue/catalogue-change.ts'
import { known } from '../catalogue/explain.ts'
import { ALL } from '../catalogue/place.ts'
import type { Directory } from '../catalogue/directory.ts'
import { localDay, DAY_MS } from '../domain/calendar.ts'
import { cutOffOn, GRACE_DAYS, LEAST_MONTHS, retentionOf, type Retention } from '../domain/retention.ts'
import { ProblemError } from '../errors.ts'
import { readCutOff, type CutOff } from './store/cut-offs.ts'
import { OF_ALL, putRule, readRules } from './store/rules.ts'

/** What holds of an authority, or of all: `next` is the cut-off that the rule would have today, as days since 1970. */
export interface RuleInForce {
  authority: string
  retention: Retention
  inForceAt: Date | undefined
  next: number | undefined
  cutOff: CutOff | undefined
}

type Reading = Pick<CatalogueChange, 'db' | 'catalogue' | 'clock'>

/** Throws `ProblemError` (unknown-authority). */
export async function ruleAt ({ db, catalogue, clock }: Reading, name: string): Promise<RuleInForce> {
  const { id, slug } = addressed(catalogue.directory, name)
  const rules = await readRules(db)
  const retention = retentionOf(id === OF_ALL ? undefined : rules.get(id), rules.get(OF_ALL))
  const { months, since } = retention
  return {
    authority: slug,
    retention,
    inForceAt: since === undefined ? undefined : new Date(since.getTime() + GRACE_DAYS * DAY_MS),
    next: months === null ? undefined : cutOffOn(localDay(clock()), months),
    cutOff: id === OF_ALL ? undefined : await readCutOff(db, id)
  }
}

/** Says how many months raw rows are kept; null: for ever. Throws `ProblemError`, also (forbidden) for others. */
export async function saveRule (change: CatalogueChange, name: string, months: number | null): Promise<RuleInForce> {
  if (months !== null && months < LEAST_MONTHS) {
    throw new ProblemError(
      'retention-too-short',
      `Keep raw rows for ${LEAST_MONTHS} months or more: until then figures of their financial year may be ` +
        'corrected, and a correction needs the event that it corrects.'
    )
  }
  return await put(change, name, { months, inherits: false })
}

/** Takes a rule back: of an authority what is said for all holds then, and if nothing is, rows are kept for ever. */
export async function removeRule (change: CatalogueChange, name: string): Promise<void> {
  const { id } = addressed(change.catalogue.directory, name)
  mayGovern(change, name)
  const rule = (await readRules(change.db)).get(id)
  if (rule === undefined || rule.inherits) {
    throw new ProblemError('not-found', `There is no rule of ${name} itself to take back.`)
  }
  await put(change, name, { months: null, inherits: true })
}

async function put (
  change: CatalogueChange, name: string, rule: { months: number | null, inherits: boolean }
): Promise<RuleInForce> {
  const { id, slug } = addressed(change.catalogue.directory, name)
  mayGovern(change, name)
  const entry = {
    action: rule.inherits ? 'delete-retention-rule' : 'put-retention-rule',
    subject: slug,
    detail: rule.inherits ? {} : { months: rule.months },
    authorityId: id === OF_ALL ? null : id
  }
  await changeCatalogue(change, entry, async (trx, at) => {
    await putRule(trx, id, { ...rule, updatedAt: at })
  })
  return await ruleAt(change, name)
}

function mayGovern (change: CatalogueChange, name: string): void {
  if (change.principal.kind === 'operator') return
  if (name === ALL) throw new ProblemError('forbidden', 'Only the operator says how long rows of all are kept.')
  mustGovern(change, known(change.catalogue.directory.authority(name), 'unknown-authority', 'authority'))
}

function addressed (directory: Directory, name: string): { id: number, slug: string } {
  return name === ALL ? { id: OF_ALL, slug: ALL } : known(directory.authority(name), 'unknown-authority', 'authority')
}
