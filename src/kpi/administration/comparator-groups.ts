import type { Kysely } from 'kysely'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { isUnknown, type Directory } from '../../catalogue/directory.ts'
import { explainUnknown, known } from '../../catalogue/explain.ts'
import type { ComparatorGroupRow } from '../../catalogue/store/kpis.ts'
import { deleteSetting, putSettings } from '../../catalogue/store/settings.ts'
import type { RowError } from '../../errors.ts'
import type { Tables } from '../../postgres/tables.ts'

/** A named group of authorities to compare: slugs or codes. */
export interface ComparatorGroupInput { slug: string, title: string, authorities: string[] }

export function checkComparatorGroups (
  { catalogue: { directory } }: CatalogueChange, inputs: readonly ComparatorGroupInput[]
): RowError[] {
  return inputs.flatMap(({ authorities }, index) => authorities.flatMap((name): RowError[] => {
    const found = directory.authority(name)
    return isUnknown(found)
      ? [{ index, pointer: '/authorities', code: 'unknown-authority', detail: explainUnknown(found, 'authority') }]
      : []
  }))
}

export async function writeComparatorGroups (
  trx: Kysely<Tables>, inputs: readonly ComparatorGroupInput[], _at: Date, directory: Directory
): Promise<void> {
  await putSettings(trx, 'comparator_group', inputs.map(({ slug, title, authorities }) => ({
    slug,
    title,
    authorities: [
      ...new Set(authorities.map((name) => known(directory.authority(name), 'unknown-authority', 'authority').id))
    ]
  })))
}

export async function removeComparatorGroup (trx: Kysely<Tables>, row: ComparatorGroupRow): Promise<void> {
  await deleteSetting(trx, 'comparator_group', row)
}
