import type { Kysely } from 'kysely'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { isUnknown, type Directory } from '../../catalogue/directory.ts'
import { explainUnknown } from '../../catalogue/explain.ts'
import { findByKey, placeToRow, wrongPlace } from '../../catalogue/place.ts'
import { deleteSetting, putSettings, type TargetRow } from '../../catalogue/store/settings.ts'
import type { RowError } from '../../errors.ts'
import type { Tables } from '../../postgres/tables.ts'

/** A target as it is set; null: for all authorities, all services. At least one bound. */
export interface TargetInput {
  kpi: string
  authority: string | null
  service: string | null
  from_on: string
  at_least: number | null
  at_most: number | null
  source: string
}

const keyOf = (row: Pick<TargetRow, 'kpi' | 'authority_id' | 'service_id' | 'from_on'>): string =>
  `${row.kpi} ${row.authority_id} ${row.service_id} ${row.from_on}`

/** Throws `ProblemError` for an authority or service that is not known. */
export function findTarget (
  directory: Directory, address: Pick<TargetInput, 'kpi' | 'authority' | 'service' | 'from_on'>
): TargetRow | undefined {
  const { kpi, from_on } = address
  return findByKey(directory.kpis.targets.all, keyOf, keyOf({ kpi, from_on, ...placeToRow(address, directory) }))
}

export function checkTargets (
  { catalogue: { directory } }: CatalogueChange, inputs: readonly TargetInput[]
): RowError[] {
  return inputs.flatMap((input, index) => {
    const kpi = directory.kpis.kpi(input.kpi)
    const { at_least: least, at_most: most } = input
    const errors = wrongPlace(input, directory, index)
    if (isUnknown(kpi)) {
      errors.push({ index, pointer: '/kpi', code: 'unknown-kpi', detail: explainUnknown(kpi, 'KPI') })
    }
    if (least === null && most === null) {
      errors.push({
        index, pointer: '/at_least', code: 'invalid-value', detail: 'A target needs at_least, at_most or both.'
      })
    }
    if (least !== null && most !== null && least > most) {
      errors.push({
        index,
        pointer: '/at_most',
        code: 'invalid-value',
        detail: `at_most ${most} lies below at_least ${least}: no value meets both.`
      })
    }
    return errors
  })
}

export async function writeTargets (
  trx: Kysely<Tables>, inputs: readonly TargetInput[], at: Date, directory: Directory
): Promise<void> {
  await putSettings(trx, 'target', inputs.map(({ kpi, from_on, at_least, at_most, source, ...place }) => ({
    kpi, ...placeToRow(place, directory), from_on, at_least, at_most, source, changed_at: at
  })))
}

export async function removeTarget (trx: Kysely<Tables>, row: TargetRow): Promise<void> {
  await deleteSetting(trx, 'target', row)
}
