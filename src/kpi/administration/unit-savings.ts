import type { Kysely } from 'kysely'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { findByKey, placeToRow, wrongPlace } from '../../catalogue/place.ts'
import type { UnitCostRow } from '../../catalogue/store/kpis.ts'
import { deleteSetting, putSettings } from '../../catalogue/store/settings.ts'
import type { RowError } from '../../errors.ts'
import type { Tables } from '../../postgres/tables.ts'

/** A unit saving as it is set, in pence; null: for all authorities, all services. */
export interface UnitSavingInput {
  kind: UnitCostRow['kind']
  authority: string | null
  service: string | null
  from_on: string
  pence: number
  source: string
}

const keyOf = (row: Pick<UnitCostRow, 'kind' | 'authority_id' | 'service_id' | 'from_on'>): string =>
  `${row.kind} ${row.authority_id} ${row.service_id} ${row.from_on}`

/** Throws `ProblemError` for an authority or service that is not known. */
export function findUnitSaving (
  directory: Directory, address: Pick<UnitSavingInput, 'kind' | 'authority' | 'service' | 'from_on'>
): UnitCostRow | undefined {
  const { kind, from_on } = address
  return findByKey(directory.kpis.unitCosts, keyOf, keyOf({ kind, from_on, ...placeToRow(address, directory) }))
}

export function checkUnitSavings (
  { catalogue: { directory } }: CatalogueChange, inputs: readonly UnitSavingInput[]
): RowError[] {
  return inputs.flatMap((input, index) => wrongPlace(input, directory, index))
}

export async function writeUnitSavings (
  trx: Kysely<Tables>, inputs: readonly UnitSavingInput[], _at: Date, directory: Directory
): Promise<void> {
  await putSettings(trx, 'unit_cost', inputs.map(({ kind, from_on, pence, source, ...place }) => ({
    ...placeToRow(place, directory), kind, from_on, pence, source
  })))
}

export async function removeUnitSaving (trx: Kysely<Tables>, row: UnitCostRow): Promise<void> {
  await deleteSetting(trx, 'unit_cost', row)
}
