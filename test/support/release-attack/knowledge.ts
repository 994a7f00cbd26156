import { formatDay } from '../../../src/domain/calendar.ts'
import { periodStart } from '../../../src/domain/period.ts'
import type { Act, Cell, World } from './world.ts'

/** Which of an area's counts a figure adds up; what is left out is all. */
export interface Selection { channels?: readonly string[], outcomes?: readonly string[], avoidable?: boolean }

/** An answer for an area and some days (`end` is the day after). Ward -1: all wards; no street: all streets. */
export interface Figure extends Selection {
  ward: number
  street?: number | undefined
  start: number
  end: number
  /** Null: not told. */
  value: number | null
  what: string
}

/** A change of a count as it arrived; `layer`: the release that took it in, undefined while none has. */
export interface Delta { cell: Cell, n: number, late: boolean, layer: number | undefined, act: Act }

export interface Released { upTo: number, isRevision: boolean }

/** A figure as the attacker keeps it; `state`: how many revisions (or looks, without releases) it comes after. */
export interface Kept extends Figure {
  state: number
  value: number
  /** How many of the revisions may be in it: a revision replaces a ward's counts or leaves them as they were. */
  fits: number[]
}

export const selects = (cell: Pick<Cell, 'channel' | 'outcome' | 'avoidable'>, one: Selection): boolean =>
  (one.channels?.includes(cell.channel) ?? true) && (one.outcomes?.includes(cell.outcome) ?? true) &&
  (one.avoidable === undefined || cell.avoidable === one.avoidable)

const matches = (cell: Cell, one: Pick<Figure, 'ward' | 'street' | keyof Selection>): boolean =>
  (one.ward === -1 || cell.ward === one.ward) && (one.street === undefined || cell.street === one.street) &&
  selects(cell, one)

export const selectionKey = ({ channels, outcomes, avoidable }: Selection): string =>
  `${channels?.join('+') ?? '*'}/${outcomes?.join('+') ?? '*'}/${avoidable ?? '*'}`

const WHOLE = selectionKey({})

const wholeMonths = ({ start, end }: { start: number, end: number }): boolean =>
  periodStart('month', start) === start && periodStart('month', end) === end

/**
 * Everything that was answered, compared with what was true. An answer by area is about the counts that its release
 * took in: those of released days that came too late belong to the next revision.
 */
export class Knowledge {
  readonly world: World
  readonly deltas: Delta[] = []
  readonly releases: Released[] = []
  readonly faults: string[] = []
  readonly kept = new Map<string, Kept>()
  readonly suppressedKeys = new Set<string>()
  readonly #thresholds: { ward: number, street: number }
  #upTo = -Infinity
  state = 0
  answers = 0
  /** Values that stood although a revision had changed what they are of. */
  stood = 0

  /** Without releases every look is one, and no value may be older than it. */
  readonly #isLive: boolean

  constructor (world: World, thresholds: { ward: number, street: number }, isLive = false) {
    this.world = world
    this.#isLive = isLive
    this.#thresholds = thresholds
  }

  get thresholds (): { ward: number, street: number } { return this.#thresholds }

  /** What a source did has arrived; the public can see it in the authority's own figures. */
  arrive (act: Act): void {
    const change = (cell: Cell, n: number): void => {
      this.deltas.push({ cell, n, late: act.kind !== 'count' && cell.day <= this.#upTo, layer: undefined, act })
    }
    if (act.was !== undefined) change(act.was, -1)
    change(act.cell, act.kind === 'void' ? -1 : 1)
  }

  release ({ upTo, isRevision }: Released): void {
    const layer = this.releases.push({ upTo, isRevision }) - 1
    this.#upTo = Math.max(this.#upTo, upTo)
    if (isRevision) this.state++
    for (const delta of this.deltas) {
      if (delta.layer === undefined && delta.cell.day <= upTo && (isRevision || !delta.late)) delta.layer = layer
    }
  }

  /** The last release that belongs to a state. */
  lastOf (state: number): number {
    let revisions = 0
    for (const [i, { isRevision }] of this.releases.entries()) {
      if (isRevision) revisions++
      if (revisions > state) return i - 1
    }
    return this.releases.length - 1
  }

  /** What the counts of a figure added up to at a state, if its area was replaced by so many of the revisions. */
  truth (figure: Omit<Figure, 'value' | 'what'>, state: number, revisions = state): number {
    const [last, lastLate] = [this.lastOf(state), this.lastOf(revisions)]
    let sum = 0
    for (const { cell, n, layer, late } of this.deltas) {
      if (layer !== undefined && layer <= (late ? lastLate : last) && cell.day >= figure.start &&
        cell.day < figure.end && matches(cell, figure)) sum += n
    }
    return sum
  }

  /** An authority's figure: exact at every moment. */
  seeLive (figure: Figure): void {
    this.answers++
    const { counted } = this.world
    const overlaps = counted !== undefined && figure.start < counted.end && counted.start < figure.end
    if (overlaps || (counted !== undefined && figure.value === null)) return
    let sum = 0
    for (const { cell, n } of this.deltas) {
      if (cell.day >= figure.start && cell.day < figure.end && matches(cell, figure)) sum += n
    }
    if (figure.value !== sum) this.#fault(figure, `${figure.value}, and it was ${sum}`)
  }

  /** A figure of a ward or street. */
  see (figure: Figure): void {
    this.answers++
    const { counted } = this.world
    // A count of a month tells no day, channel or outcome.
    if (counted !== undefined && (selectionKey(figure) !== WHOLE || !wholeMonths(figure)) &&
      figure.start < counted.end && counted.start < figure.end) return
    const end = Math.min(figure.end, this.#upTo + 1)
    const { ward, street, start, value } = figure
    if (end <= start) {
      if (value !== null && value !== 0) this.#fault(figure, `${value} before its days are released`)
      return
    }
    const key = `${ward}|${street ?? '*'}|${selectionKey(figure)}|${start}|${end}|${this.state}`
    if (value === null) {
      this.suppressedKeys.add(key)
      return
    }
    const known = this.kept.get(key)
    if (known?.value === value) return
    if (known !== undefined) { this.#fault(figure, `${value}, and ${known.value} before without a revision`); return }
    const within = { ...figure, end }
    const fits = Array.from({ length: this.state + 1 }, (_, revisions) => revisions).filter((revisions) =>
      (!this.#isLive || revisions === this.state) && this.truth(within, this.state, revisions) === value)
    if (fits.length === 0) { this.#fault(figure, `${value}, and it was ${this.truth(within, this.state)}`); return }
    if (!fits.includes(this.state)) this.stood++
    const threshold = street === undefined ? this.#thresholds.ward : this.#thresholds.street
    if (value > 0 && value < threshold) this.#fault(figure, `shows ${value}`)
    this.kept.set(key, { ...within, value, state: this.state, fits })
  }

  get upTo (): number { return this.#upTo }

  #fault ({ what, start, end }: Figure, why: string): void {
    if (this.faults.length < 1000) this.faults.push(`${what} ${formatDay(start)}..${formatDay(end - 1)}: ${why}`)
  }
}
