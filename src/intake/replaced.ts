import type { Authority, Directory, Service, Source } from '../catalogue/directory.ts'
import { known, listOf } from '../catalogue/explain.ts'
import { reportsOn } from '../catalogue/source-reach.ts'
import { formatDay } from '../domain/calendar.ts'
import { ProblemError, type RowError } from '../errors.ts'
import type { ReplacedPeriod } from './repeats.ts'

interface Place { authorityId: number, serviceId: number }

/** A part of what rows are of: ids that the batch names, and what its source may send at all, if that is known. */
export interface Part<Row> {
  idOf: (row: Row) => number
  pointer: string
  parameter: string
  what: string
  named: readonly number[]
  possible: readonly number[] | undefined
  show: (id: number) => string
}

/** What sets one kind of row apart; `days` are those on which a row counts, both inclusive. */
export interface ReplacedKind<Row> {
  what: 'event' | 'figure'
  pointer: string
  days: (row: Row) => { first: number, last: number }
  /** The third part, beside authority and service. */
  part: Part<Row>
}

/** What a batch takes the place of: what its source sent of some days, of what the batch names. */
export class Replaced<Row extends Place> {
  readonly startOn: number
  readonly endOn: number
  readonly #kind: ReplacedKind<Row>
  readonly #parts: readonly [Part<Row>, Part<Row>, Part<Row>]

  /** Throws `ProblemError` for a name that is not known. */
  constructor (directory: Directory, source: Source, period: ReplacedPeriod, kind: ReplacedKind<Row>) {
    this.startOn = period.startOn
    this.endOn = period.endOn
    this.#kind = kind
    const authorities = period.authorities.map((name): Authority =>
      known(directory.authority(name), 'unknown-authority', 'authority'))
    const services = period.services.map((slug): Service =>
      known(directory.service(slug), 'unknown-service', 'service'))
    this.#parts = [
      {
        idOf: ({ authorityId }) => authorityId,
        pointer: '/authority',
        parameter: 'replace_authority',
        what: 'authority',
        named: authorities.map(({ id }) => id),
        possible: reportsOn(source),
        show: (id) => directory.authorityById.get(id)?.slug ?? String(id)
      },
      {
        idOf: ({ serviceId }) => serviceId,
        pointer: '/service',
        parameter: 'replace_service',
        what: 'service',
        named: services.map(({ id }) => id),
        possible: source.services,
        show: (id) => directory.serviceById.get(id)?.slug ?? String(id)
      },
      kind.part
    ]
  }

  /** The authorities, the services and the third part that are named; undefined: whatever there is. */
  get named (): [number[] | undefined, number[] | undefined, number[] | undefined] {
    const [authorities, services, third] = this.#parts
    const ids = ({ named }: Part<Row>): number[] | undefined => named.length === 0 ? undefined : [...named]
    return [ids(authorities), ids(services), ids(third)]
  }

  /** Why a row is not of what is replaced, if it is not. */
  refuse (row: Row, index: number): RowError | undefined {
    const { what, pointer, days } = this.#kind
    const outside = (at: string, detail: string): RowError =>
      ({ index, pointer: at, code: 'outside-replacement', detail })
    const { first, last } = days(row)
    if (first < this.startOn || last > this.endOn) {
      const when = first === last ? `counts on ${formatDay(first)}` : `is of ${formatDay(first)} to ${formatDay(last)}`
      return outside(pointer, `The ${what} ${when}, which does not lie within replace_period (${
        formatDay(this.startOn)} to ${formatDay(this.endOn)}, by the clocks of London); leave it out, or widen the ` +
        'period.')
    }
    const part = this.#parts.find(({ idOf, named }) => named.length > 0 && !named.includes(idOf(row)))
    return part && outside(part.pointer, `${part.parameter} does not name the ${part.what} ${
      part.show(part.idOf(row))}; leave the row out, or name it there.`)
  }

  has (row: Row): boolean {
    return this.refuse(row, 0) === undefined
  }

  /**
   * Throws `ProblemError` where all of an authority, a service or the like would go, and nothing names it: a file of
   * one service must not take away what another file brought.
   */
  mustBeNamed (rows: readonly Row[], gone: readonly Row[]): void {
    const [, services, third] = this.#parts
    if (rows.length === 0 && services.named.length === 0) {
      throw new ProblemError(
        'replaces-unnamed', `The batch is empty; name the service of which every ${this.#kind.what} shall go with ` +
          'replace_service.'
      )
    }
    for (const part of this.#parts) {
      const { idOf, parameter, what, named, possible, show } = part
      if (possible?.length === 1 || (rows.length === 0 && part === third)) continue
      const there = new Set([...named, ...rows.map(idOf)])
      const lost = gone.filter((row) => !there.has(idOf(row)))
      if (lost.length === 0) continue
      const names = [...new Set(lost.map((row) => show(idOf(row))))].sort()
      throw new ProblemError(
        'replaces-unnamed',
        `The period holds ${lost.length} ${this.#kind.what}${lost.length === 1 ? '' : 's'} of the ${what} ${
          listOf(names, 'and')}, of which the batch has none: say with ${parameter} what the batch replaces, and ` +
          'name it there as well if all of it shall go.'
      )
    }
  }
}
