import type { Kysely } from 'kysely'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import { findByKey, wrongName } from '../../catalogue/place.ts'
import type { KpiCatalogueRows } from '../../catalogue/store/kpis.ts'
import { deleteSetting, putSettings } from '../../catalogue/store/settings.ts'
import { EVENT_TYPES, type EventType } from '../../domain/event.ts'
import type { RowError } from '../../errors.ts'
import type { Tables } from '../../postgres/tables.ts'

export type DeclarationRow = KpiCatalogueRows['authoritative'][number]

/** Whether events or counts say how much there was, from a day on. */
export interface DeclarationInput {
  authority: string
  service: string
  type: EventType
  from_on: string
  basis: 'events' | 'counts'
}

const keyOf = (row: Omit<DeclarationRow, 'basis'>): string =>
  `${row.authority_id} ${row.service_id} ${row.type} ${row.from_on}`

/** Throws `ProblemError` for names that are not known. */
export function findDeclaration (
  directory: Directory, address: Omit<DeclarationInput, 'basis'>
): DeclarationRow | undefined {
  return findByKey(directory.kpis.authoritative, keyOf, keyOf(idsOf(address, directory)))
}

function idsOf (
  { authority, service, type, from_on }: Omit<DeclarationInput, 'basis'>, directory: Directory
): Omit<DeclarationRow, 'basis'> {
  return {
    authority_id: known(directory.authority(authority), 'unknown-authority', 'authority').id,
    service_id: known(directory.service(service), 'unknown-service', 'service').id,
    type: EVENT_TYPES[type],
    from_on
  }
}

export function checkDeclarations (
  { catalogue: { directory } }: CatalogueChange, inputs: readonly DeclarationInput[]
): RowError[] {
  return inputs.flatMap(({ authority, service }, index) => [
    ...wrongName(directory.authority(authority), 'authority', index),
    ...wrongName(directory.service(service), 'service', index)
  ])
}

export async function writeDeclarations (
  trx: Kysely<Tables>, inputs: readonly DeclarationInput[], _at: Date, directory: Directory
): Promise<void> {
  await putSettings(trx, 'authoritative', inputs.map(({ basis, ...address }) => ({
    ...idsOf(address, directory), basis
  })))
}

export async function removeDeclaration (trx: Kysely<Tables>, row: DeclarationRow): Promise<void> {
  await deleteSetting(trx, 'authoritative', row)
}
