import { isDeepStrictEqual } from 'node:util'
import { auditChange, withinReach, type CatalogueChange, type ChangeEntry } from '../catalogue/catalogue-change.ts'
import type { Source } from '../catalogue/directory.ts'
import { listOf } from '../catalogue/explain.ts'
import { actorOf } from '../catalogue/principal.ts'
import { nameOfSource } from '../catalogue/sources.ts'
import { ProblemError } from '../errors.ts'
import type { RequestPool } from '../postgres/scoped.ts'
import { inSettings } from '../postgres/transaction.ts'
import { checkMapping } from './check-mapping.ts'
import { columnsOf } from './columns.ts'
import type { Mapping } from './schema.ts'
import {
  endMapping, insertVersion, lockNewest, readMapping, readMappings, readVersions, type MappingRow, type Owner
} from './store/mappings.ts'

// A sandbox tries out the mappings of its source, so it has none of its own: its ids are those with another sign.
const ownerOf = ({ id, authority_id: authorityId }: Source): Owner =>
  ({ authorityId: Math.abs(authorityId), sourceId: Math.abs(id) })
const clientFor = (pool: RequestPool, source: Source) => pool.within({ authorityIds: [ownerOf(source).authorityId] })

/** The mappings of a source that are in force, by name. */
export const mappingsOf = async (pool: RequestPool, source: Source): Promise<MappingRow[]> =>
  await readMappings(clientFor(pool, source), ownerOf(source))

/** One of them, or a version of it that is no more. Throws `ProblemError` (not-found). */
export async function findMapping (
  pool: RequestPool, source: Source, name: string, version?: number
): Promise<MappingRow> {
  const found = await readMapping(clientFor(pool, source), ownerOf(source), name, version)
  if (found !== undefined) return found
  const others = await mappingsOf(pool, source)
  const which = version === undefined ? `no mapping ${name}` : `no version ${version} of a mapping ${name}`
  throw new ProblemError('not-found', `${nameOfSource(source)} has ${which}; ${
    others.length === 0
      ? 'it has none yet: have one proposed with POST …/mappings:suggest.'
      : `it has ${listOf(others.map((one) => one.name), 'and')}.`
  }`)
}

export const versionsOf = async (pool: RequestPool, source: Source, name: string) =>
  await readVersions(clientFor(pool, source), ownerOf(source), name)

/**
 * Makes a mapping, or its next version where it says something else than before. Throws `ProblemError`
 * (invalid-request, quota-exceeded).
 */
export async function saveMapping (
  change: CatalogueChange, source: Source, name: string, body: Mapping
): Promise<{ created: boolean, row: MappingRow }> {
  checkMapping(body, { directory: change.catalogue.directory, source })
  const owner = ownerOf(source)
  const detail = { kind: body.kind, columns: columnsOf(body) }
  return await changing(change, source, { action: 'put-mapping', name, detail }, async (trx, at): Promise<
    { result: { created: boolean, row: MappingRow }, isChange: boolean }
  > => {
    const before = await lockNewest(trx, owner, name)
    const created = before === undefined || before.endedAt !== null
    if (!created && isDeepStrictEqual(before.body, body)) return { result: { created, row: before }, isChange: false }
    const row = {
      name, version: (before?.version ?? 0) + 1, body, madeAt: at, madeBy: actorOf(change.principal), endedAt: null
    }
    await endMapping(trx, owner, name, at)
    await insertVersion(trx, owner, row)
    return { result: { created, row }, isChange: true }
  })
}

/** It is used no more; its versions stay, since receipts name them. Throws `ProblemError` (not-found). */
export async function removeMapping (change: CatalogueChange, source: Source, name: string): Promise<void> {
  await changing(change, source, { action: 'delete-mapping', name, detail: {} }, async (trx, at) => {
    if (await endMapping(trx, ownerOf(source), name, at)) return { result: undefined, isChange: true }
    throw new ProblemError('not-found', `${nameOfSource(source)} has no mapping ${name}.`)
  })
}

type Work<T> = (
  trx: Parameters<Parameters<typeof inSettings>[1]>[0], at: Date
) => Promise<{ result: T, isChange: boolean }>

// No part of the catalogue in memory, so nobody has to read that anew.
async function changing<T> (
  change: CatalogueChange, source: Source, { action, name, detail }: { action: string, name: string, detail: object },
  work: Work<T>
): Promise<T> {
  const entry: ChangeEntry = {
    action, subject: `${nameOfSource(source)}/${name}`, detail, authorityId: ownerOf(source).authorityId
  }
  return await inSettings(change.db, async (trx) => {
    const { result, isChange } = await withinReach(trx, change, entry, async () =>
      await work(trx, new Date(change.clock())))
    if (isChange) await auditChange(trx, change, entry)
    return result
  })
}
