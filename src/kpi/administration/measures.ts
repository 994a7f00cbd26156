import type { Kysely } from 'kysely'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { isUnknown, type Directory } from '../../catalogue/directory.ts'
import type { Measure } from '../../catalogue/kpi-directory.ts'
import { measuresWithFigures, putMeasures, removeMeasure as markRemoved } from '../../catalogue/store/kpis.ts'
import { formatDay } from '../../domain/calendar.ts'
import { isEventTerm, isMeasureTerm, termsOf, versionInForce, type KpiVersion } from '../../domain/kpi/definition.ts'
import { countsPeople, type Measure as MeasureInput } from '../../domain/measure.ts'
import { ProblemError, type RowError } from '../../errors.ts'
import type { Tables } from '../../postgres/tables.ts'

/**
 * Whether measures may become what is asked. Once figures are stored, what they mean stays: how they add up (`kind`),
 * whether channels have their own (`by_channel`), and whether they count people, which disclosure control goes by.
 */
export async function checkMeasures (
  { db, catalogue: { directory } }: CatalogueChange, inputs: readonly MeasureInput[]
): Promise<RowError[]> {
  const changes = inputs.flatMap((input, index) => {
    const before = directory.kpis.measure(input.slug)
    if (isUnknown(before)) return []
    const field = changedMeaning(before, input)
    return field === undefined ? [] : [{ index, before, field }]
  })
  if (changes.length === 0) return []
  const stored = await measuresWithFigures(db, changes.map(({ before }) => before.id))
  return changes.filter(({ before }) => stored.has(before.id)).map(({ index, before, field }) => ({
    index,
    pointer: `/${field}`,
    code: 'in-use',
    detail: `Figures of ${before.slug} are stored with ${field} ${String(before[field])}, so it stays; put a measure ` +
      'with another slug for the new meaning, and remove this one when nobody sends it any more.'
  }))
}

function changedMeaning (before: Measure, input: MeasureInput): 'kind' | 'by_channel' | 'unit' | undefined {
  if (before.kind !== input.kind) return 'kind'
  if (before.by_channel !== input.by_channel) return 'by_channel'
  return countsPeople(before) === countsPeople(input) ? undefined : 'unit'
}

export async function writeMeasures (trx: Kysely<Tables>, inputs: readonly MeasureInput[], at: Date): Promise<void> {
  await putMeasures(trx, inputs, at)
}

/** Throws `ProblemError` (in-use) where a KPI in force, or to come, or a service needs it. */
export async function removeMeasure (
  trx: Kysely<Tables>, { id, slug }: Measure, at: Date, directory: Directory
): Promise<void> {
  const today = formatDay(directory.today)
  const kpis = [...directory.kpis.kpis].filter(([, versions]) =>
    needed(versions, today).some((version) => measuresOf(version).includes(slug))
  ).map(([kpi]) => kpi)
  const services = directory.services.filter(({ denominator }) => denominator === slug).map((service) => service.slug)
  if (kpis.length > 0 || services.length > 0) {
    throw new ProblemError(
      'in-use',
      `${slug} is needed by ${[...kpis.map((kpi) => `the KPI ${kpi}`), ...services.map((one) => `the service ${one}`)]
        .join(', ')}: retire those first, or define them without it.`
    )
  }
  await markRemoved(trx, id, at)
}

/** The measures that a definition names. */
export function measuresOf (version: KpiVersion): string[] {
  return termsOf(version).flatMap((term) =>
    isMeasureTerm(term) ? [term.measure] : isEventTerm(term) ? Object.keys(term.counts ?? {}) : []
  )
}

function needed (versions: readonly KpiVersion[], today: string): KpiVersion[] {
  const now = versionInForce(versions, today)
  return [
    ...now === undefined ? [] : [now],
    ...versions.filter(({ state, effective_from: from }) => state === 'agreed' && from > today)
  ]
}
