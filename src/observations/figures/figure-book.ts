import type { Directory, Authority } from '../../catalogue/directory.ts'
import type { Measure } from '../../catalogue/kpi-directory.ts'
import { parseDay } from '../../domain/calendar.ts'
import { addFlow, lastStock, lengthOf, type Covered, type Figure } from '../../domain/kpi/cover.ts'
import { overlaps, type Range } from '../../domain/period.ts'
import type { StoredFigure } from '../store/read.ts'

/** A figure with its place. */
export interface Placed extends Figure { channelId: number, wardId: number }

/** For which part of an authority a figure is wanted. */
export type Part = { kind: 'whole' } | { kind: 'channel', id: number } | { kind: 'ward', id: number } | {
  kind: 'street',
  id: number
}

/** The figures read for a question, found by what they are about. */
export class FigureBook {
  readonly #directory: Directory
  readonly #figures: Map<string, Placed[]>
  readonly #ofParts = new Map<string, Figure[]>()

  constructor (directory: Directory, stored: readonly StoredFigure[]) {
    this.#directory = directory
    this.#figures = new Map()
    for (
      const { authorityId, measureId, channelId, wardId, startOn, endOn, value, provisional, revised, note } of stored
    ) {
      const key = `${authorityId} ${measureId}`
      const range = { start: parseDay(startOn) ?? 0, end: (parseDay(endOn) ?? 0) + 1 }
      const figures = this.#figures.get(key) ?? []
      figures.push({ channelId, wardId, range, value, provisional, revised, note })
      this.#figures.set(key, figures)
    }
  }

  /** What a measure comes to over a range, for a part of an authority. */
  over (authority: Authority, measure: Measure, part: Part, range: Range): Covered {
    const figures = this.#of(authority, measure, part)
    return measure.kind === 'flow' ? addFlow(figures, range) : lastStock(figures, range)
  }

  /**
   * Whether a measure has a figure of any of the days, be it one that lies in the range only in part and so says
   * nothing of it.
   */
  touches (authority: Authority, measure: Measure, part: Part, range: Range): boolean {
    return this.#of(authority, measure, part).some((figure) => overlaps(figure.range, range))
  }

  /** What it comes to for each channel that has figures of its own; 0 for figures without a channel. */
  byChannel (authority: Authority, measure: Measure, range: Range): Map<number, Covered> {
    const whole = this.all(authority, measure).filter(({ wardId }) => wardId === 0)
    const channels = Map.groupBy(whole, ({ channelId }) => channelId)
    return new Map([...channels].map(([id, figures]) => [id, addFlow(figures, range)]))
  }

  wardsOf (authority: Authority, measure: Measure): number[] {
    return [...new Set(this.all(authority, measure).map(({ wardId }) => wardId))].filter((id) => id !== 0)
  }

  /** Everything read of a measure. */
  all (authority: Authority, measure: Measure): readonly Placed[] {
    return this.#figures.get(`${authority.id} ${measure.id}`) ?? []
  }

  // Asked for again and again, once for each period.
  #of (authority: Authority, measure: Measure, part: Part): Figure[] {
    const key = `${authority.id} ${measure.id} ${part.kind} ${'id' in part ? part.id : ''}`
    const known = this.#ofParts.get(key) ?? this.#find(authority, measure, part)
    this.#ofParts.set(key, known)
    return known
  }

  #find (authority: Authority, measure: Measure, part: Part): Figure[] {
    const all = this.all(authority, measure)
    // Ward 0 of an event is not known, of a figure it is all wards.
    if (part.kind === 'street' || (part.kind === 'ward' && part.id === 0)) return []
    if (part.kind === 'ward') return withSums(all.filter(({ wardId }) => wardId === part.id))
    const whole = all.filter(({ wardId }) => wardId === 0)
    if (part.kind === 'channel' && measure.by_channel) return whole.filter(({ channelId }) => channelId === part.id)
    return [...withSums(whole), ...this.#sumsOfWards(authority, all)]
  }

  // Wards make up an authority only if every ward of the day has a figure.
  #sumsOfWards (authority: Authority, all: readonly Placed[]): Figure[] {
    const ofWards = Map.groupBy(all.filter(({ wardId }) => wardId !== 0), ({ range }) => `${range.start} ${range.end}`)
    return [...ofWards.values()].flatMap((figures) => {
      const last = (figures[0]?.range.end ?? 0) - 1
      const wards = this.#directory.areasOf(authority).filter((area) => area.from <= last && last <= area.to)
      const byWard =
        new Map([...Map.groupBy(figures, ({ wardId }) => wardId)].map(([id, own]) => [id, withSums(own)[0]]))
      return wards.length > 0 && wards.every(({ id }) => byWard.has(id))
        ? [sum([...byWard.values()].filter((figure) => figure !== undefined))]
        : []
    })
  }
}

/**
 * A figure without a channel is for all channels together; where there is none, the channels' figures make it up: those
 * of the same days, and where channels are counted over different lengths (web by day, paper by month), only days for
 * which every channel that was counted meanwhile has figures.
 */
function withSums (figures: readonly Placed[]): Figure[] {
  const total = figures.filter(({ channelId }) => channelId === 0)
  const split = Map.groupBy(
    figures.filter(({ channelId }) => channelId !== 0),
    ({ range }) => `${range.start} ${range.end}`
  )
  const ranges = [...split.values()].flatMap(([first]) => first === undefined ? [] : [first.range]).sort((a, b) =>
    a.start - b.start
  )
  const apart = ranges.every(({ start }, i) => start >= (ranges[i - 1]?.end ?? -Infinity))
  if (apart) return [...total, ...[...split.values()].map((same) => sum(same))]
  const channels = [
    ...Map.groupBy(figures.filter(({ channelId }) => channelId !== 0), ({ channelId }) => channelId).values()
  ]
  return [
    ...total,
    ...ranges.flatMap((range) => {
      const told = channels.map((own) => own.filter((figure) => overlaps(figure.range, range))).filter((own) =>
        own.length > 0
      ).map((own) => addFlow(own, range))
      return told.every(({ covered }) => lengthOf(covered) === lengthOf([range]))
        ? [sum(told.flatMap(({ used }) => used), range)]
        : []
    })
  ]
}

function sum (figures: Figure[], range = figures[0]?.range ?? { start: 0, end: 0 }): Figure {
  return {
    range,
    value: figures.reduce((total, { value }) => total + value, 0),
    provisional: figures.some(({ provisional }) => provisional),
    revised: figures.some(({ revised }) => revised),
    note: [...new Set(figures.map(({ note }) => note))].filter((note) => note !== '').join('; ')
  }
}
