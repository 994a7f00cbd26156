import type { Test } from 'tap'
import { formatDay, parseDay } from '../../../src/domain/calendar.ts'
import { periodStart } from '../../../src/domain/period.ts'
import { testApp, testSource, type TestApp } from '../app.ts'
import { call, operator, put, send, type Headers } from '../builders.ts'
import { Knowledge } from './knowledge.ts'
import { look, lookAtEverything } from './looks.ts'
import { AUTHORITY, SERVICE } from './questions.ts'
import { nameOf, usrnOf, type Act, type World } from './world.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

export interface Script {
  /** When the attacker looks: after each event, or each evening. */
  looks: 'event' | 'day'
  /** `none`: the service as it was before there were releases. */
  releases: 'none' | 'day' | 'week'
  /** Days (from the start) on which a revision is released. */
  revisions?: number[]
  /** Days between rounds of every question; between them only wards' totals are asked for. */
  everything?: number
  /** Days after the world's end on which releases and looks go on. */
  after?: number
  thresholds?: { ward: number, street: number }
  /** What else happens, by day from the start. */
  events?: Record<number, (play: Play) => Promise<void>>
}

export interface Release {
  id: string
  kind: 'regular' | 'revision'
  up_to: string
  cells: number
  suppressed: number
  narrowest: number | null
  seconds: number
  not_published: unknown[]
}

export interface Play extends TestApp {
  world: World
  knowledge: Knowledge
  headers: Headers
  released: Release[]
}

/** Plays a world to the app that ships: sends, corrects, releases, and looks at what the public sees. */
export async function play (t: Test, world: World, script: Script): Promise<Play> {
  const { looks, releases, revisions = [], everything = 28, after = 45, events = {} } = script
  const at = await testApp(t, new Date(world.start * DAY + HOUR).toISOString())
  const knowledge = new Knowledge(world, script.thresholds ?? { ward: 3, street: 5 }, releases === 'none')
  const headers = await setUp(at, world, script)
  const one: Play = { ...at, world, knowledge, headers, released: [] }
  const last = world.start + world.days + after
  let next = 0
  for (let day = world.start; day <= last; day++) {
    const until = async (end: number): Promise<void> => {
      const due: Act[] = []
      while (next < world.acts.length && world.acts[next]!.at < end) due.push(world.acts[next++]!)
      if (looks === 'day') {
        at.clock.now = Math.max(at.clock.now, end - 1)
        await perform(one, due)
        return
      }
      for (const act of due) {
        at.clock.now = Math.max(at.clock.now, act.at)
        await perform(one, [act])
        await look(one, releases === 'none')
      }
    }
    await until(day * DAY + 8.5 * HOUR)
    at.clock.now = day * DAY + 8.5 * HOUR // 09:30 in summer
    const number = day - world.start
    await events[number]?.(one)
    if (day - periodStart('week', day) === 0) await collections(one, day - 7)
    if (releases === 'day' || (releases === 'week' && day - periodStart('week', day) === 0)) await release(one, false)
    if (releases !== 'none' && revisions.includes(number)) await release(one, true)
    if (releases !== 'none') await look(one, false)
    await until((day + 1) * DAY)
    at.clock.now = (day + 1) * DAY - HOUR
    await look(one, releases === 'none')
    if ((number + 1) % everything === 0 || revisions.includes(number)) await lookAtEverything(one)
  }
  await lookAtEverything(one)
  return one
}

async function setUp ({ app, database }: TestApp, world: World, { thresholds }: Script): Promise<Headers> {
  // The world knows its own wards alone.
  await database.pool.query('DELETE FROM area WHERE authority_id = (SELECT id FROM authority WHERE slug = $1)', [AUTHORITY])
  await put(app, `/v1/authorities/${AUTHORITY}/areas`, world.wards.slice(0, -1).map((code) => ({ code, name: nameOf(code) })))
  if (thresholds !== undefined) {
    for (const level of ['ward', 'street'] as const) {
      await put(app, `/v1/disclosure-rules/all/all/${level}`, { threshold: thresholds[level] })
    }
  }
  return await testSource(app, `${AUTHORITY}/bartec`, { services: [SERVICE] })
}

async function collections ({ app, world, headers }: Play, start: number): Promise<void> {
  if (start < world.start) return
  const withAny = world.wards.slice(0, -1).filter((_, ward) => world.acts.some(({ cell }) => cell.ward === ward))
  await send(app, 'observations', headers, [undefined, ...withAny].map((ward) => ({
    authority: AUTHORITY,
    service: SERVICE,
    measure: 'collections_made',
    period: 'week',
    start_on: formatDay(start),
    value: ward === undefined ? 9000 * world.wards.length : 9000,
    ...(ward !== undefined && { ward })
  })))
}

async function perform ({ app, world, knowledge, headers }: Play, acts: Act[]): Promise<void> {
  for (let i = 0; i < acts.length;) {
    const act = acts[i]!
    if (act.kind === 'void') {
      const { status } = await call(app, 'DELETE', `/v1/events/${act.id}`, headers)
      if (status !== 200) throw new Error(`voiding ${act.id}: ${status}`)
      knowledge.arrive(act)
      i++
      continue
    }
    let end = i
    while (end < acts.length && acts[end]!.kind === act.kind) end++
    const some = acts.slice(i, end)
    if (act.kind === 'count') await send(app, 'observations', headers, countsOf(world, some))
    else await send(app, 'events', headers, some.map((one) => rowOf(world, one)))
    for (const one of some) knowledge.arrive(one)
    i = end
  }
}

/** A month's counts by ward, those of none among them, and the authority's own. */
function countsOf ({ wards }: World, acts: Act[]): object[] {
  return [...Map.groupBy(acts, ({ cell: { day } }) => day)].flatMap(([day, some]) =>
    [...wards.keys(), -1].filter((ward) => ward < wards.length - 1).map((ward) => ({
      authority: AUTHORITY,
      service: SERVICE,
      measure: 'transactions',
      period: 'month',
      start_on: formatDay(periodStart('month', day)),
      value: some.filter(({ cell }) => ward === -1 || cell.ward === ward).length,
      ...(ward >= 0 && { ward: wards[ward] })
    })))
}

function rowOf (world: World, { id, kind, cell }: Act): object {
  const { day, ward, street, channel, outcome, avoidable } = cell
  return {
    id,
    authority: AUTHORITY,
    service: SERVICE,
    occurred_at: `${formatDay(day)}T12:00:00Z`,
    channel,
    outcome,
    ...(ward < world.wards.length - 1 && { ward: world.wards[ward] }),
    ...(street > 0 && { street: usrnOf(ward, street) }),
    ...(avoidable && { avoidable }),
    ...(kind === 'correct' && { revision: 2 })
  }
}

async function release (play: Play, isRevision: boolean): Promise<void> {
  const { app, knowledge, released } = play
  const { status, body } = await call(app, 'POST', '/v1/releases', operator, {
    authority: AUTHORITY, service: SERVICE, type: 'transaction', ...(isRevision && { revision: true })
  })
  if (status !== 200) throw new Error(`POST /v1/releases: ${status} ${JSON.stringify(body)}`)
  for (const one of body.data as Release[]) {
    released.push(one)
    knowledge.release({ upTo: parseDay(one.up_to)!, isRevision: one.kind === 'revision' })
  }
}
