import { AuditTimeout } from './audit/auditor.ts'
import type { AuditModel, AuditResult } from './audit/model.ts'
import type { Draw } from './draw.ts'
import { rankOf, TOTAL } from './figures.ts'
import type { Publication } from './publication.ts'

export type Audit = (model: AuditModel) => Promise<AuditResult>

/** A unit's figure at a date, as it is published or taken back. */
export interface Place { unit: number, figure: number, date: number }

/** A suppressed count of a unit between two dates (indices). */
export type AuditedTarget = AuditModel['targets'][number] & { unit: number, from: number, to: number }

/** What is public, as the audit sees it; `rests[i]` are the figures that equation i is made of. */
export interface AuditedModel extends AuditModel { targets: readonly AuditedTarget[], rests: Place[][] }

/** What an audit came to. */
export interface Audited {
  /** Suppressed small counts that were looked at. */
  audited: number
  /**
   * The narrowest range of one of them. It is too narrow where earlier releases alone make it so, and no figure of
   * this one can help.
   */
  narrowest: number | null
  seconds: number
  /** The audit took too long, and so nothing is published. */
  tooLong?: boolean
}

interface Input {
  audit: Audit
  draw: Draw
  publication: Publication
  model: () => Promise<AuditedModel>
}

/**
 * Audits what would be public, takes back figures that narrow a suppressed count too far, drawn by the key among those
 * that its bounds rest on, and audits again, until none is too narrow that this release could widen. For a count that
 * stays too narrow it takes back twice as many every time, so that it ends soon. Where an audit takes too long, all is
 * taken back: what is not audited is not published.
 */
export async function auditUntilWide ({ audit, draw, publication, model }: Input): Promise<Audited> {
  const tries = new Map<string, number>()
  for (let [seconds, round] = [0, 0]; ; round++) {
    const current = await model()
    if (current.targets.length === 0) return { audited: 0, narrowest: null, seconds }
    const found = await audit(current).catch((error: unknown) => {
      if (error instanceof AuditTimeout) return undefined
      throw error
    })
    if (found === undefined) {
      publication.takeAllBack()
      return { audited: 0, narrowest: null, seconds, tooLong: true }
    }
    const { narrow, narrowest } = found
    seconds += found.seconds
    const taken = new Set<string>()
    const named: Array<Array<[string, Place]>> = [] // many counts rest on the same equations
    for (const { target: index, restsOn } of narrow) {
      const target = current.targets[index]
      for (const i of restsOn) named[i] ??= withNames(current.rests[i] ?? [])
      const rests = [...new Map(restsOn.flatMap((i) => named[i] ?? []))]
      // What was taken back for another count in this round has opened these bounds as well.
      if (target === undefined || rests.some(([name]) => taken.has(name))) continue
      const key = `${target.unit} ${target.from} ${target.to} ${target.cells.length}`
      const times = tries.get(key) ?? 0
      tries.set(key, times + 1)
      const open = rests.flatMap(([, one]) => publication.isNew(one.unit, one.figure, one.date) ? [one] : [])
      const near = nearest(open, target)
      const drawn = round < MOST_ROUNDS ? drawSome(draw.of(key), publication, near, target, 2 ** times) : near
      for (const one of drawn) {
        publication.takeBack(one.unit, one.figure, one.date)
        taken.add(nameOf(one))
      }
    }
    if (taken.size === 0) {
      const ranges = [...narrow.map(({ low, high }) => high - low), ...narrowest === null ? [] : [narrowest]]
      return { audited: current.targets.length, narrowest: Math.min(...ranges), seconds }
    }
  }
}

/** After so many audits, all that a bound rests on is taken back at once: an end is worth more than a few figures. */
const MOST_ROUNDS = 60

const nameOf = ({ unit, figure, date }: Place): string => `${unit} ${figure} ${date}`
const withNames = (places: readonly Place[]): Array<[string, Place]> => places.map((place) => [nameOf(place), place])

/**
 * Bounds can rest on figures of the whole year; those at the dates of the count itself are the ones that widen it. Of
 * them those that are given up first.
 */
function nearest (places: readonly Place[], { unit, from, to }: AuditedTarget): readonly Place[] {
  const near = places.filter(({ date }) => date >= from && date <= to)
  const own = near.filter((place) => place.unit === unit)
  const some = own.length > 0 ? own : near.length > 0 ? near : places
  const least = Math.min(...some.map(({ figure }) => rankOf(figure)))
  return some.filter(({ figure }) => rankOf(figure) === least)
}

/**
 * Some dates of one unit's figure, the same in every round for a count: one unit that is withheld for as long as the
 * count hides it, where many that are withheld for a week each do not.
 */
function drawSome (
  draw: Draw, publication: Publication, places: readonly Place[], target: AuditedTarget, many: number
): Place[] {
  const drawn = draw.one(places, ({ unit, figure }) => `${unit} ${figure}`)
  if (drawn === undefined) return []
  const { unit, figure } = drawn
  const { to } = target
  const from = Math.max(...places.filter((place) => place.unit === unit && place.figure === figure)
    .map(({ date }) => date))
  const taken = publication.dates(unit, figure, from, Math.max(from, to))
    .filter((date) => publication.isNew(unit, figure, date))
    .slice(0, many).map((date) => ({ unit, figure, date }))
  // A breakdown has a date or three in a quarter, so where one figure of it does not help, others have to.
  const others = places.filter((place) => place.unit !== unit || place.figure !== figure)
  return figure === TOTAL || taken.length >= many
    ? taken
    : [...taken, ...drawSome(draw, publication, others, target, many - taken.length)]
}
