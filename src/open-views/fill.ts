import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import type { Catalogue } from '../catalogue/live.ts'
import { readMarker } from '../catalogue/store/catalogue.ts'
import type { Session } from '../disclosure/session.ts'
import { localDay } from '../domain/calendar.ts'
import { queryBuilderOn } from '../postgres/database.ts'
import { oneAtATime } from '../postgres/one-at-a-time.ts'
import { readStates } from '../rollups/index.ts'
import type { Ask } from './asked.ts'
import { hasReaders, noteRules, readPlaces, writePlace, type Place } from './store/places.ts'
import { workOut } from './work-out.ts'

/** After a question it leaves everything to others for as long as that took, and no longer than this. */
const LONGEST_PAUSE_MS = 1000

export interface Filling {
  /** Its one connection is taken from here. */
  pool: pg.Pool
  catalogue: Catalogue
  clock: () => number
  /** Sees what everybody sees: what is written is what this session is answered. */
  session: Session
  /** Told of a place that could not be worked out: its rows stay as they are. */
  onError: (error: unknown) => void
  /** Whether it rests after each question: nobody waits for it. */
  rests: boolean
  /** What is not done when it aborts is left to the next run. */
  signal?: AbortSignal
}

/** Places that were worked out, of them those anew from the first day on; and those where a rule changed meanwhile. */
export interface Filled { places: number, anew: number, left: number }

/**
 * Works out what the views show of every authority and service, the oldest first, through the functions that answer
 * requests. Returns undefined where nobody reads them, or another process is at it.
 */
export async function fillOpenViews (filling: Filling): Promise<Filled | undefined> {
  return await oneAtATime(filling.pool, 'open views', async (client) =>
    await hasReaders(client) ? await fillAll(client, filling) : undefined)
}

async function fillAll (client: pg.PoolClient, filling: Filling): Promise<Filled> {
  const { signal, onError } = filling
  const isStopped = (): boolean => signal?.aborted === true
  const filled = { places: 0, anew: 0, left: 0 }
  for (const place of await readPlaces(client)) {
    if (isStopped()) break
    try {
      const done = await fillOne(client, filling, place)
      if (done === 'left') filled.left++
      else filled.places++
      if (done === 'anew') filled.anew++
    } catch (error) {
      if (isStopped()) break
      filled.left++
      onError(error)
    }
  }
  return filled
}

async function fillOne (
  client: pg.PoolClient, { catalogue, clock, session, rests, signal }: Filling, place: Place
): Promise<'anew' | 'extended' | 'left'> {
  const { authorityId, serviceId } = place
  const rules = await noteRules(client, authorityId)
  const data = await readStates(client, [{ authorityIds: [authorityId], serviceId }])
  const marker = await readMarker(queryBuilderOn(client))
  // Rules that another process changed before they were noted are in this directory.
  await catalogue.confirm()
  const { directory } = catalogue
  const now = clock()
  const at = new Date(now)
  const [authority, service] = [directory.authorityById.get(authorityId), directory.serviceById.get(serviceId)]
  if (authority === undefined || service === undefined) return 'extended' // removed: the views leave it out
  const state = `${data.join()} ${marker} ${directory.publication.since}`
  const since = state === place.state ? place.workedOutAt?.getTime() : undefined
  const day = since === undefined ? undefined : localDay(since)
  const today = localDay(now)
  const asked = { directory, session, authority, service, now, today, ask: askUntil(signal, rests) }
  // On the same day and of the same state every answer is the same: only that it still holds is written.
  const worked = day === today ? undefined : await workOut(client, asked, place, day)
  if (!await writePlace(client, { place, rules, state, at, worked })) return 'left'
  return day === undefined ? 'anew' : 'extended'
}

const askUntil = (signal: AbortSignal | undefined, rests: boolean): Ask => async (question) => {
  signal?.throwIfAborted()
  const began = performance.now()
  const answer = await question()
  if (rests) await wait(Math.min(performance.now() - began, LONGEST_PAUSE_MS), undefined, signal && { signal })
  return answer
}
