import type { Kysely } from 'kysely'
import { auditChange, committing, type CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { isUnknown, type Directory } from '../../catalogue/directory.ts'
import { explainUnknown, known } from '../../catalogue/explain.ts'
import {
  isEventTerm, isMeasureTerm, versionInForce, type Definition, type KpiVersion
} from '../../domain/kpi/definition.ts'
import { ProblemError } from '../../errors.ts'
import { notifyCatalogueChanged } from '../../catalogue/store/catalogue.ts'
import { insertDefinition, lockDefinition } from '../../catalogue/store/kpis.ts'
import type { Tables } from '../../postgres/tables.ts'
import { checkAmounts, checkEventTerm } from './event-terms.ts'

/**
 * Adds a version to a KPI, or a new KPI; earlier versions stay as they are. Throws `ProblemError` for unknown words.
 */
export async function addVersion (
  change: CatalogueChange, kpi: string, definition: Definition
): Promise<KpiVersion> {
  const { catalogue, clock } = change
  checkDefinition(catalogue.directory, definition)
  const at = new Date(clock())
  const version = await committing(change, async (trx) => {
    const next = await addVersionIn(trx, change, kpi, definition, at)
    await notifyCatalogueChanged(trx)
    return next
  })
  return { ...definition, kpi, version, created_at: at, origin: 'local' }
}

/**
 * Ends a KPI: adds a version that is retired from a day (YYYY-MM-DD) on. Throws `ProblemError` where it is retired then
 * already, or a version takes effect later.
 */
export async function retireKpi (change: CatalogueChange, kpi: string, from: string): Promise<void> {
  const versions = known(change.catalogue.directory.kpis.kpi(kpi), 'unknown-kpi', 'KPI')
  const later = versions.find(({ state, effective_from: effective }) => state === 'agreed' && effective > from)
  if (later !== undefined) {
    throw new ProblemError(
      'in-use',
      `Version ${later.version} of ${kpi} takes effect on ${later.effective_from}, so it would go on: give a from of ` +
        'that day or later.'
    )
  }
  const last = versionInForce(versions, from)
  if (last === undefined) {
    throw new ProblemError('not-found', `${kpi} is not in force on ${from}, so there is nothing to end.`)
  }
  const { kpi: _kpi, version: _version, created_at: _at, origin: _origin, ...definition } = last
  await addVersion(change, kpi, { ...definition, effective_from: from, state: 'retired' })
}

/** The same, unchecked, at the end of somebody's transaction; returns the number of the version. */
export async function addVersionIn (
  trx: Kysely<Tables>, change: CatalogueChange, kpi: string, definition: Definition, at: Date
): Promise<number> {
  const next = await lockDefinition(trx, kpi) + 1
  await insertDefinition(trx, { ...definition, kpi, version: next }, null, at)
  await auditChange(trx, change, { action: 'put-kpi', subject: `${kpi}/${next}`, detail: definition })
  return next
}

/** Throws `ProblemError` for what there is not, or is not kept, or makes no sense: it says where that stands. */
export function checkDefinition (directory: Directory, definition: Definition): void {
  for (const side of ['numerator', 'denominator'] as const) {
    for (const [index, term] of (definition[side] ?? []).entries()) {
      if (isMeasureTerm(term)) checkMeasure(term.measure)
      if (!isEventTerm(term)) continue
      Object.keys(term.counts ?? {}).forEach(checkMeasure)
      // What ends may have been made of what was removed since.
      if (definition.state !== 'retired') checkEventTerm(directory, term, `/${side}/${index}`)
    }
  }
  if (definition.state !== 'retired') checkAmounts(directory, definition)

  function checkMeasure (name: string): void {
    const found = definition.state === 'retired' ? directory.kpis.measure(name) : directory.kpis.measureInUse(name)
    if (isUnknown(found)) throw new ProblemError('unknown-measure', explainUnknown(found, 'measure'))
  }
}
