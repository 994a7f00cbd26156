import type { Kysely } from 'kysely'
import { localDay, parseDay } from '../../domain/calendar.ts'
import { ProblemError } from '../../errors.ts'
import type { Tables } from '../../postgres/tables.ts'
import { isUnknown, type Directory } from '../directory.ts'
import { changeCatalogue, type CatalogueChange } from '../catalogue-change.ts'
import { actorOf } from '../principal.ts'
import { readCatalogueIn } from '../store/catalogue.ts'
import { applyPlan, lockCatalogue } from '../store/apply-reorganisation.ts'
import {
  deleteReorganisation, insertReorganisation, readReorganisation, readReorganisations, type StoredReorganisation
} from '../store/reorganisations.ts'
import { undoReorganisation } from '../store/undo-reorganisation.ts'
import type { ReorganisationOrder } from './order.ts'
import { planReorganisation, type LaterData } from './plan.ts'
import { reportOf, type Report } from './report.ts'

/** A reorganisation that was made, or, as a preview, would be. */
export interface Reorganisation {
  id: string
  title: string
  on: string
  order: string | null
  madeAt: Date
  report: Report
}

/** What is stored of authorities for a day and those after it. */
export type ReadLaterData = (authorityIds: readonly number[], day: string) => Promise<LaterData>

/**
 * Ends authorities and begins others on a day, with all that they have, in one transaction; with `dryRun` says what
 * would be done. Throws `ProblemError` (reorganisation-refused) with everything that is wrong.
 */
export async function reorganise (
  change: CatalogueChange, order: ReorganisationOrder, readLater: ReadLaterData, dryRun: boolean
): Promise<Reorganisation> {
  const at = new Date(change.clock())
  const laterData = await readLater(endedIds(change.catalogue.directory, order), order.on)
  const today = localDay(change.clock())
  const planIn = async (db: Kysely<Tables>) => {
    const earlier = (await readReorganisations(db)).map(({ id }) => id)
    return planReorganisation(await readCatalogueIn(db), order, { laterData, earlier, today })
  }
  const madeOf = (plan: Awaited<ReturnType<typeof planIn>>): Reorganisation => ({
    id: plan.id, title: order.title, on: order.on, order: order.order ?? null, madeAt: at, report: reportOf(plan)
  })
  if (dryRun) return madeOf(await change.db.connection().execute(planIn))
  const entry = { action: 'reorganise', subject: order.title, detail: order }
  return await changeCatalogue(change, entry, async (trx) => {
    await lockCatalogue(trx)
    const plan = await planIn(trx)
    const made = madeOf(plan)
    const undo = await applyPlan(trx, plan, at)
    await insertReorganisation(trx, { ...made, body: order, undo }, actorOf(change.principal))
    return made
  })
}

/**
 * Undoes a reorganisation, all of it, while its day is still to come. Throws `ProblemError`: not-found;
 * already-in-force; conflict, where something that it changed was changed again.
 */
export async function withdrawReorganisation (change: CatalogueChange, id: string): Promise<void> {
  const entry = { action: 'undo-reorganisation', subject: id, detail: {} }
  await changeCatalogue(change, entry, async (trx, at) => {
    await lockCatalogue(trx)
    const made = await findReorganisation(trx, id)
    if (isInForce(made, change.clock())) {
      throw new ProblemError('already-in-force', `${id} came into force on ${made.on_day}.`)
    }
    await undoReorganisation(trx, made.undo, { id, at })
    await deleteReorganisation(trx, id)
  })
}

/** Throws `ProblemError` (not-found) where there is none. */
export async function findReorganisation (db: Kysely<Tables>, id: string): Promise<StoredReorganisation> {
  const found = await readReorganisation(db, id)
  if (found === undefined) throw new ProblemError('not-found', `There is no reorganisation ${id}.`)
  return found
}

export const isInForce = ({ on_day: on }: { on_day: string }, now: number): boolean =>
  (parseDay(on) ?? 0) <= localDay(now)

function endedIds (directory: Directory, { end, on }: ReorganisationOrder): number[] {
  const day = parseDay(on)
  return day === undefined
    ? []
    : end.flatMap((name) => {
      const found = directory.authority(name, day - 1)
      return isUnknown(found) ? [] : found.id
    })
}
