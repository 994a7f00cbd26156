import { dayOf, dayParts } from '../../../src/domain/calendar.ts'

/** Where a made-up count lies. Ward and street are places in `World.wards`; street 0 is the unnamed one. */
export interface Cell {
  day: number
  ward: number
  street: number
  channel: string
  outcome: string
  avoidable: boolean
}

/** What a source does at a moment; `was` is the cell that a correction leaves. */
export interface Act { at: number, kind: 'send' | 'correct' | 'void' | 'count', id: string, cell: Cell, was?: Cell }

export interface World {
  seed: number
  start: number
  days: number
  /** Codes; the last one is `unknown`. */
  wards: string[]
  streets: number
  channels: string[]
  outcomes: string[]
  acts: Act[]
  /** Days of which the authority sends counts by ward instead of events. */
  counted?: { start: number, end: number }
}

export interface WorldShape {
  seed: number
  days: number
  wards: number
  /** Named streets of a ward; 0: none. */
  streets?: number
  channels?: number
  outcomes?: number
  avoidable?: number
  /** Events a week in a ward, on average. */
  weekly: number
  /** Share of wards that have nothing. */
  empty?: number
  /** Share of events that come days or weeks late. */
  late?: number
  /** Share of events that are corrected or voided some weeks later. */
  corrected?: number
  voided?: number
  /** Whether each ward has a day of the week on which most is reported, as collection rounds make it. */
  rounds?: boolean
}

export const YEAR_START = dayOf(2014, 4, 1)
const CHANNELS = ['web', 'telephone-agent', 'email', 'unknown']
const OUTCOMES = ['reported', 'confirmed', 'unjustified', 'failed']
const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The same numbers again for the same seed. */
export function randomOf (seed: number): () => number {
  let state = seed * 2654435761 % 2147483647 || 1
  const next = (): number => (state = state * 48271 % 2147483647) / 2147483647
  for (let i = 0; i < 5; i++) next()
  return next
}

/** Draws a number of events: by chance, one after the other. */
function many (mean: number, next: () => number): number {
  let [count, product] = [0, next()]
  for (const limit = Math.exp(-mean); product > limit; count++) product *= next()
  return count
}

/** A made-up authority's events of some days from 1 April, and all that is done to them later. */
export function makeWorld (shape: WorldShape): World {
  const { seed, days, streets = 0, channels = 2, outcomes = 2, avoidable = 0, empty = 0.2 } = shape
  const next = randomOf(seed)
  const one = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  const wards = [...Array.from({ length: shape.wards }, (_, i) => `DUD0000${i + 1}`), 'unknown']
  const sizes = wards.map((_, i) =>
    next() < empty ? 0 : shape.weekly * 2 * next() * (i === wards.length - 1 ? 0.2 : 1))
  const roundDay = wards.map(() => Math.floor(next() * 5))
  const channelShares = CHANNELS.slice(0, channels).map((channel) => ({ channel, share: next() ** 2 + 0.05 }))
  const outcomeShares = OUTCOMES.slice(0, outcomes).map((outcome) => ({ outcome, share: next() ** 2 + 0.05 }))
  const drawn = <T extends { share: number }>(from: T[]): T => {
    let left = next() * from.reduce((sum, { share }) => sum + share, 0)
    return from.find(({ share }) => (left -= share) < 0) ?? from[0]!
  }
  const acts: Act[] = []
  let id = 0
  for (let day = YEAR_START; day < YEAR_START + days; day++) {
    for (const [ward, size] of sizes.entries()) {
      const { weekday } = dayParts(day)
      const share = shape.rounds === true ? (weekday === roundDay[ward] ? 0.8 : 0.2 / 6) : 1 / 7
      for (let n = many(size * share, next); n > 0; n--) {
        const cell: Cell = {
          day,
          ward,
          street: streets === 0 ? 0 : Math.floor(next() ** 1.5 * (streets + 0.4)),
          channel: drawn(channelShares).channel,
          outcome: drawn(outcomeShares).outcome,
          avoidable: next() < avoidable
        }
        if (cell.street > streets) cell.street = 0
        const name = `a${seed}-${++id}`
        // From 10:00, after the hour of releases, so that a day is whole by the next one.
        const sent = day * DAY + (10 + Math.floor(next() * 11)) * HOUR + Math.floor(next() * 3_500_000)
        const at = next() < (shape.late ?? 0) ? sent + Math.ceil(next() ** 2 * 60) * DAY : sent
        acts.push({ at, kind: 'send', id: name, cell })
        const later = at + Math.ceil(next() * 50) * DAY
        const dice = next()
        if (dice < (shape.voided ?? 0)) acts.push({ at: later, kind: 'void', id: name, cell })
        else if (dice < (shape.voided ?? 0) + (shape.corrected ?? 0)) {
          const changed = { ...cell }
          const what = next()
          if (what < 0.4) changed.ward = Math.floor(next() * wards.length)
          else if (what < 0.7) changed.channel = one(channelShares).channel
          else changed.outcome = one(outcomeShares).outcome
          if (changed.ward !== cell.ward) changed.street = 0
          acts.push({ at: later, kind: 'correct', id: name, cell: changed, was: cell })
        }
      }
    }
  }
  acts.sort((a, b) => a.at - b.at)
  return {
    seed,
    start: YEAR_START,
    days,
    wards,
    streets,
    channels: CHANNELS.slice(0, channels),
    outcomes: OUTCOMES.slice(0, outcomes),
    acts
  }
}

/** The USRN of a named street. */
export const usrnOf = (ward: number, street: number): number => 45_000_000 + ward * 100 + street

/** The same world, but for some months the authority sends a count a ward and month: no day, channel or outcome. */
export function withCounts (world: World, counted: { start: number, end: number }): World {
  const isCounted = ({ day }: Cell): boolean => day >= counted.start && day < counted.end
  const acts = world.acts.filter(({ kind, cell }) => kind === 'send' || !isCounted(cell)).map((act): Act => {
    if (!isCounted(act.cell)) return act
    const { year, month } = dayParts(act.cell.day)
    const ward = act.cell.ward === world.wards.length - 1 ? 0 : act.cell.ward // nobody counts what has no ward
    const cell = { ...act.cell, ward, day: dayOf(year, month, 10), channel: 'unknown', outcome: 'reported', avoidable: false }
    return { ...act, kind: 'count', at: dayOf(year, month + 1, 1) * DAY + 6 * HOUR, cell }
  })
  return { ...world, acts: acts.sort((a, b) => a.at - b.at), counted }
}

/** The name that the made-up wards have. */
export const nameOf = (code: string): string => `Ward ${code}`
