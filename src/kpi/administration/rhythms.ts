import { changeCatalogue, type CatalogueChange } from '../../catalogue/catalogue-change.ts'
import type { Service, Source } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import { findSource, nameOfSource } from '../../catalogue/sources.ts'
import type { Rhythm } from '../../domain/rhythm.ts'
import { ProblemError } from '../../errors.ts'
import { deleteRhythm, findRhythmOf, putRhythm } from '../store/rhythms.ts'

export interface RhythmAddress { authority: string, name: string, service: string }
export interface RhythmInput { rhythm: Rhythm, allowed_days?: number | null }

/** What was said of a feed; `allowed`: how old the newest day may be, null: as the rhythm has it. */
export interface RhythmSet { source: string, service: string, rhythm: Rhythm, allowed: number | null, updatedAt: Date }

/** Throws `ProblemError` for names that are not known. */
export async function saveRhythm (
  change: CatalogueChange, address: RhythmAddress, { rhythm, allowed_days: allowed = null }: RhythmInput
): Promise<RhythmSet> {
  const { source, service } = named(change, address)
  const entry = entryOf('put-rhythm', source, service, { rhythm, allowed_days: allowed })
  return await changeCatalogue(change, entry, async (trx, updatedAt) => {
    await putRhythm(trx, {
      authorityId: source.authority_id, sourceId: source.id, serviceId: service.id, rhythm, allowed, updatedAt
    })
    return { source: nameOfSource(source), service: service.slug, rhythm, allowed, updatedAt }
  })
}

/** Throws `ProblemError` (not-found) where nothing was said. */
export async function findRhythm (
  change: Pick<CatalogueChange, 'db' | 'catalogue'>, address: RhythmAddress
): Promise<RhythmSet> {
  const { source, service } = named(change, address)
  const found = await findRhythmOf(change.db, source.id, service.id)
  if (found === undefined) throw nothingSaid(source, service)
  return { source: nameOfSource(source), service: service.slug, ...found }
}

/** What is learnt holds again. Throws `ProblemError` (not-found) where nothing was said. */
export async function removeRhythm (change: CatalogueChange, address: RhythmAddress): Promise<void> {
  const { source, service } = named(change, address)
  await changeCatalogue(change, entryOf('delete-rhythm', source, service, {}), async (trx) => {
    if (!await deleteRhythm(trx, source.id, service.id)) throw nothingSaid(source, service)
  })
}

function named (
  { catalogue: { directory } }: Pick<CatalogueChange, 'catalogue'>, { authority, name, service }: RhythmAddress
): { source: Source, service: Service } {
  return {
    source: findSource(directory, authority, name),
    service: known(directory.service(service), 'unknown-service', 'service')
  }
}

const entryOf = (action: string, source: Source, { slug }: Service, detail: object) => ({
  action, subject: `${nameOfSource(source)}/${slug}`, detail, authorityId: source.authority_id
})

const nothingSaid = (source: Source, { slug }: Service): ProblemError =>
  new ProblemError('not-found', `Nobody has said how often ${nameOfSource(source)} sends ${slug}: it is learnt.`)
