import { selectionKey, selects, type Knowledge, type Delta, type Selection } from './knowledge.ts'
import { joined, placed, total, type Placed } from './figures.ts'
import { LinearModel, type Row } from './solver.ts'

/** Counts that no figure tells apart but by area: the public knows how many there are in the whole authority. */
interface Class {
  index: number
  gap: number
  layer: number
  /** Whether only a revision shows it. */
  late: boolean
  channel: string
  outcome: string
  avoidable: boolean
  sign: 1 | -1
  /** By unit. */
  truth: number[]
}

interface Unit { ward: number, street: number }

/** A sum of counts that the attacker is after. */
export interface Target extends Selection {
  kind: string
  ward: number
  street?: number
  start: number
  end: number
  /** Of all that was released; of what was there when its days were first released; or what one revision changed. */
  of: 'all' | 'first' | { revision: number }
}

const NEVER = 1_000_000 // the layer of what no release took in

export interface ModelOptions {
  /** Dates of targets, which must not fall within what is put together. */
  cuts?: Iterable<number>
  byStreet?: boolean
  /**
   * Whether the authority's counts are known by channel, outcome and avoidable at once, as looks after each event tell
   * them.
   */
  joint?: boolean
}

/**
 * The linear programme of what the public knows: the authority's own counts by day, channel and outcome, and every
 * figure by area. Days between the dates that figures and targets begin or end on are put together: within them any
 * counts by day that give the authority's fit any counts by area (a transport problem has whole solutions).
 */
export class AttackModel {
  readonly #knowledge: Knowledge
  readonly #cuts: number[]
  readonly #units: Unit[]
  readonly #classes: Class[] = []
  #byGap = new Map<number, Class[]>()
  /** Unknowns that a figure of their own area says are 0: what is left of a target is the same count of fewer days. */
  readonly #publicZeros = new Set<number>()
  readonly #all: LinearModel
  readonly #authority = new Map<number, LinearModel>()
  readonly #ofAuthority: { low: number[], high: number[], rows: Row[] }

  constructor (knowledge: Knowledge, options: ModelOptions = {}) {
    this.#knowledge = knowledge
    const { world, deltas } = knowledge
    const kept = placed(knowledge)
    this.#units = world.wards.flatMap((_, ward) =>
      Array.from({ length: options.byStreet === true ? world.streets + 1 : 1 }, (_, street) => ({ ward, street })))
    const touched = deltas.filter(({ n }) => n < 0).flatMap(({ cell: { day } }) => [day, day + 1])
    this.#cuts = [...new Set([
      -Infinity, ...kept.flatMap(({ start, end }) => [start, end]), ...options.cuts ?? [], ...touched, Infinity
    ])].sort((a, b) => a - b)
    this.#classify(deltas, options.byStreet === true)
    const low = this.#classes.flatMap(({ sign, truth }) => truth.map(() => sign > 0 ? 0 : total(truth)))
    const high = this.#classes.flatMap(({ sign, truth }) => truth.map(() => sign > 0 ? total(truth) : 0))
    const ofAuthority = [...this.#authorityRows(options.joint ?? true), ...this.#stateRows()]
    const rows = [...ofAuthority, ...this.#figureRows(kept)]
    this.#check(rows)
    this.#ofAuthority = { low, high, rows: ofAuthority }
    this.#all = new LinearModel(low, high, rows)
  }

  /**
   * The smallest and the largest that a target can be, by all that is known and by the authority's figures alone (for
   * the days and groups in which the area itself is not publicly 0).
   */
  attack (target: Target) {
    const { of } = target
    const columns = this.#columnsOf(target, ({ layer, late }) =>
      layer < NEVER && (of === 'all' || (of === 'first' ? !late : late && layer === of.revision)))
    return {
      truth: this.#truthOf(columns),
      key: () => columns.join(),
      bounds: () => this.#all.bounds(columns),
      alone: () => {
        const { low, high } = this.#authorityOf(target.ward).bounds(columns)
        return { low: typeof of === 'string' ? Math.max(0, low) : low, high }
      }
    }
  }

  dispose (): void {
    this.#all.dispose()
    for (const model of this.#authority.values()) model.dispose()
  }

  /** The authority's own figures, and in which days and groups a ward is publicly 0. */
  #authorityOf (ward: number): LinearModel {
    let model = this.#authority.get(ward)
    if (model === undefined) {
      const { low, high, rows } = this.#ofAuthority
      const zeros = [...this.#publicZeros].filter((i) => this.#units[i % this.#units.length]!.ward === ward)
      const known = zeros.map((column): Row => ({ columns: [column], factors: [1], low: 0, high: 0 }))
      this.#authority.set(ward, model = new LinearModel(low, high, [...rows, ...known]))
    }
    return model
  }

  get size (): string { return `${this.#classes.length * this.#units.length} unknowns` }

  #classify (deltas: Delta[], byStreet: boolean): void {
    const finest = new Map<string, { one: Delta, layer: number, truth: number[] }>()
    for (const delta of deltas) {
      const { cell, n, act } = delta
      const layer = delta.layer ?? NEVER
      // A correction within an area is one change with two sides: see the rows of states.
      const own = act.kind === 'correct' ? act.id : ''
      const key = [cell.day, layer, delta.late, cell.channel, cell.outcome, cell.avoidable, own].join('|')
      const known = finest.get(key) ?? { one: delta, layer, truth: this.#units.map(() => 0) }
      finest.set(key, known)
      const unit = byStreet ? cell.ward * (this.#knowledge.world.streets + 1) + cell.street : cell.ward
      known.truth[unit]! += n
    }
    const classes = new Map<string, Class>()
    for (const { one: { cell, act, late }, layer, truth } of finest.values()) {
      const gap = this.#gapOf(cell.day)
      for (const sign of [1, -1] as const) {
        const part = truth.map((n) => n * sign > 0 ? n : 0)
        if (total(part) === 0) continue
        const own = act.kind === 'correct' ? act.id : ''
        const key = [gap, layer, late, cell.channel, cell.outcome, cell.avoidable, sign, own].join('|')
        const known = classes.get(key)
        if (known === undefined) {
          const { channel, outcome, avoidable } = cell
          classes.set(key, { index: classes.size, gap, layer, late, channel, outcome, avoidable, sign, truth: part })
        } else for (const [unit, n] of part.entries()) known.truth[unit]! += n
      }
    }
    this.#classes.push(...classes.values())
    this.#byGap = Map.groupBy(this.#classes, ({ gap }) => gap)
  }

  #authorityRows (joint: boolean): Row[] {
    const groups: Array<(one: Class) => string> = joint
      ? [({ index }) => `${index}`]
      : [
          (one) => [one.gap, one.layer, one.late, one.channel, one.outcome, one.sign].join('|'),
          (one) => [one.gap, one.layer, one.late, one.channel, one.avoidable, one.sign].join('|')
        ]
    return groups.flatMap((keyOf) =>
      [...Map.groupBy(this.#classes, keyOf).values()].map((some) =>
        this.#row(some.flatMap((one) => this.#units.map((_, unit) => this.#column(one, unit))))))
  }

  /** No count is ever below 0: what was taken away had been there. */
  #stateRows (): Row[] {
    const byCell = Map.groupBy(this.#classes, ({ gap, channel, outcome, avoidable }) =>
      `${gap}|${channel}|${outcome}|${avoidable}`)
    return [...byCell.values()].flatMap((some) => {
      const layers = new Set(some.filter(({ sign }) => sign < 0).map(({ layer }) => layer))
      return [...layers].flatMap((last) =>
        this.#units.map((_, unit): Row => {
          const columns = some.filter(({ layer }) => layer <= last).map((one) => this.#column(one, unit))
          return { columns, factors: columns.map(() => 1), low: 0, high: Infinity }
        }))
    })
  }

  /** The figures of an area and a breakdown join dates; only what lies between neighbouring dates says anything new. */
  #figureRows (kept: Placed[]): Row[] {
    const rows = new Map<string, Row>()
    const graphs = Map.groupBy(kept, (one) =>
      `${one.ward}|${one.street ?? '*'}|${selectionKey(one)}|${one.state}`)
    for (const figures of graphs.values()) {
      const last = this.#knowledge.lastOf(figures[0]!.state)
      const lastLate = this.#knowledge.lastOf(figures[0]!.revisions)
      for (const dates of joined(figures)) {
        for (const [i, start] of dates.slice(0, -1).entries()) {
          const columns = this.#columnsOf({ ...figures[0]!, start, end: dates[i + 1]! }, ({ layer, late }) =>
            layer <= (late ? lastLate : last))
          if (columns.length === 0) continue
          const row = this.#row(columns)
          rows.set(columns.join(), row)
          const isZero = row.high === 0 && figures[0]!.ward >= 0 && columns.every((one) => this.#classOf(one).sign > 0)
          if (isZero) for (const column of columns) this.#publicZeros.add(column)
        }
      }
    }
    return [...rows.values()]
  }

  /** What these columns add up to is public. */
  #row (columns: number[]): Row {
    const sum = this.#truthOf(columns)
    return { columns, factors: columns.map(() => 1), low: sum, high: sum }
  }

  #columnsOf (
    one: Pick<Target, 'ward' | 'start' | 'end' | keyof Selection> & { street?: number | undefined },
    isMeant: (part: Class) => boolean
  ): number[] {
    const [from, to] = [this.#gapOf(one.start), this.#gapOf(one.end)]
    const columns: number[] = []
    const units = this.#units.flatMap(({ ward, street }, unit) =>
      (one.ward === -1 || ward === one.ward) && (one.street === undefined || street === one.street) ? [unit] : [])
    for (let gap = from; gap < to; gap++) {
      for (const part of this.#byGap.get(gap) ?? []) {
        if (!isMeant(part) || !selects(part, one)) continue
        for (const unit of units) columns.push(this.#column(part, unit))
      }
    }
    return columns
  }

  #column (one: Class, unit: number): number { return one.index * this.#units.length + unit }

  #classOf (column: number): Class { return this.#classes[Math.floor(column / this.#units.length)]! }

  #truthOf (columns: number[]): number {
    const { length } = this.#units
    return columns.reduce((sum, i) => sum + this.#classes[Math.floor(i / length)]!.truth[i % length]!, 0)
  }

  #gapOf (day: number): number {
    let [low, high] = [0, this.#cuts.length - 1]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#cuts[middle]! <= day) low = middle
      else high = middle
    }
    return low
  }

  /** What is true must fit what is known: else the attacker's model is wrong, and its verdict worth nothing. */
  #check (rows: Row[]): void {
    for (const { columns, factors, low, high } of rows) {
      const sum = columns.reduce((sum, column, i) => sum + factors[i]! * this.#truthOf([column]), 0)
      if (sum < low || sum > high) throw new Error(`the attacker's model is wrong: ${sum}, not ${low}..${high}`)
    }
  }
}
