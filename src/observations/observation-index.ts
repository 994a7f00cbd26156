import type { Directory, Authority } from '../catalogue/directory.ts'
import type { Measure } from '../catalogue/kpi-directory.ts'
import { parseDay } from '../domain/calendar.ts'
import { exact } from '../domain/exact.ts'
import { addFlow, lastStock, lengthOf, type Covered, type ObservedValue } from '../domain/kpi/cover.ts'
import { overlaps, type DateRange } from '../domain/period.ts'
import type { StoredObservation } from './store/read.ts'

/** An observation with its channel and ward; 0 stands for all channels or wards. */
export interface LocalObservation extends ObservedValue { channelId: number, wardId: number }

/** The part of an authority that a value is asked for. */
export type Subdivision =
  { kind: 'whole' } | { kind: 'channel', id: number } | { kind: 'ward', id: number } | { kind: 'street', id: number }

/** The observations read for a question, indexed by authority, measure and subdivision. */
export class ObservationIndex {
  readonly #directory: Directory
  readonly #observations: Map<string, LocalObservation[]>
  readonly #ofSubdivisions = new Map<string, ObservedValue[]>()

  constructor (directory: Directory, stored: readonly StoredObservation[]) {
    this.#directory = directory
    this.#observations = new Map()
    for (
      const { authorityId, measureId, channelId, wardId, startOn, endOn, value, provisional, revised, note } of stored
    ) {
      const key = `${authorityId} ${measureId}`
      const range = { start: parseDay(startOn) ?? 0, end: (parseDay(endOn) ?? 0) + 1 }
      const ofMeasure = this.#observations.get(key) ?? []
      ofMeasure.push({ channelId, wardId, range, value, provisional, revised, note })
      this.#observations.set(key, ofMeasure)
    }
  }

  /** The value of a measure over a range, for a subdivision of an authority. */
  over (authority: Authority, measure: Measure, subdivision: Subdivision, range: DateRange): Covered {
    const observations = this.#of(authority, measure, subdivision)
    return measure.kind === 'flow' ? addFlow(observations, range) : lastStock(observations, range)
  }

  /**
   * Whether a measure has an observation that overlaps the range, even one that lies in it only in part and so gives no
   * value.
   */
  touches (authority: Authority, measure: Measure, subdivision: Subdivision, range: DateRange): boolean {
    return this.#of(authority, measure, subdivision).some((observation) => overlaps(observation.range, range))
  }

  /** The value for each channel that has observations of its own; key 0 is for observations without a channel. */
  byChannel (authority: Authority, measure: Measure, range: DateRange): Map<number, Covered> {
    const whole = this.all(authority, measure).filter(({ wardId }) => wardId === 0)
    const channels = Map.groupBy(whole, ({ channelId }) => channelId)
    return new Map([...channels].map(([id, observations]) => [id, addFlow(observations, range)]))
  }

  wardsOf (authority: Authority, measure: Measure): number[] {
    return [...new Set(this.all(authority, measure).map(({ wardId }) => wardId))].filter((id) => id !== 0)
  }

  /** Everything read of a measure. */
  all (authority: Authority, measure: Measure): readonly LocalObservation[] {
    return this.#observations.get(`${authority.id} ${measure.id}`) ?? []
  }

  // Find them once: every period asks for the same.
  #of (authority: Authority, measure: Measure, subdivision: Subdivision): ObservedValue[] {
    const key = `${authority.id} ${measure.id} ${subdivision.kind} ${'id' in subdivision ? subdivision.id : ''}`
    const known = this.#ofSubdivisions.get(key) ?? this.#find(authority, measure, subdivision)
    this.#ofSubdivisions.set(key, known)
    return known
  }

  #find (authority: Authority, measure: Measure, subdivision: Subdivision): ObservedValue[] {
    const all = this.all(authority, measure)
    // Ward 0 means the unknown ward in a question, but all wards in an observation: no observation is of the unknown
    // one.
    if (subdivision.kind === 'street' || (subdivision.kind === 'ward' && subdivision.id === 0)) return []
    if (subdivision.kind === 'ward') return withSums(all.filter(({ wardId }) => wardId === subdivision.id))
    const whole = all.filter(({ wardId }) => wardId === 0)
    if (subdivision.kind === 'channel' && measure.by_channel) {
      return whole.filter(({ channelId }) => channelId === subdivision.id)
    }
    return [...withSums(whole), ...this.#sumsOfWards(authority, all)]
  }

  // Add wards up to the authority only where every ward that exists on the day has an observation.
  #sumsOfWards (authority: Authority, all: readonly LocalObservation[]): ObservedValue[] {
    const ofWards = Map.groupBy(all.filter(({ wardId }) => wardId !== 0), ({ range }) => `${range.start} ${range.end}`)
    return [...ofWards.values()].flatMap((observations) => {
      const last = (observations[0]?.range.end ?? 0) - 1
      const wards = this.#directory.areasOf(authority).filter((area) => area.from <= last && last <= area.to)
      const byWard =
        new Map([...Map.groupBy(observations, ({ wardId }) => wardId)].map(([id, own]) => [id, withSums(own)[0]]))
      return wards.length > 0 && wards.every(({ id }) => byWard.has(id))
        ? [sum([...byWard.values()].filter((observation) => observation !== undefined))]
        : []
    })
  }
}

/**
 * The observations for all channels together: those without a channel, and sums of channels. Channels with the same
 * days are added up. Where channels are counted over different lengths (web by day, paper by month), only ranges are
 * added up in which every channel that has any observation covers all days.
 */
function withSums (observations: readonly LocalObservation[]): ObservedValue[] {
  const total = observations.filter(({ channelId }) => channelId === 0)
  const split = Map.groupBy(
    observations.filter(({ channelId }) => channelId !== 0),
    ({ range }) => `${range.start} ${range.end}`
  )
  const ranges = [...split.values()].flatMap(([first]) => first === undefined ? [] : [first.range]).sort((a, b) =>
    a.start - b.start
  )
  const apart = ranges.every(({ start }, i) => start >= (ranges[i - 1]?.end ?? -Infinity))
  if (apart) return [...total, ...[...split.values()].map((same) => sum(same))]
  const channels = [
    ...Map.groupBy(observations.filter(({ channelId }) => channelId !== 0), ({ channelId }) => channelId).values()
  ]
  return [
    ...total,
    ...ranges.flatMap((range) => {
      const known = channels
        .map((own) => own.filter((observation) => overlaps(observation.range, range)))
        .filter((own) => own.length > 0)
        .map((own) => addFlow(own, range))
      return known.every(({ covered }) => lengthOf(covered) === lengthOf([range]))
        ? [sum(known.flatMap(({ used }) => used), range)]
        : []
    })
  ]
}

function sum (observations: ObservedValue[], range = observations[0]?.range ?? { start: 0, end: 0 }): ObservedValue {
  return {
    range,
    value: exact(observations.reduce((total, { value }) => total + value, 0)),
    provisional: observations.some(({ provisional }) => provisional),
    revised: observations.some(({ revised }) => revised),
    note: [...new Set(observations.map(({ note }) => note))].filter((note) => note !== '').join('; ')
  }
}
