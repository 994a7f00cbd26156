import type { Authority, Directory, Service, Source } from '../catalogue/directory.ts'
import { known, listOf } from '../catalogue/explain.ts'
import { reportsOn } from '../catalogue/source-reach.ts'
import { formatDay } from '../domain/calendar.ts'
import { EVENT_TYPES, TYPE_OF_CODE, type EventType } from '../domain/event.ts'
import { ProblemError, type RowError } from '../errors.ts'
import type { ReplacedPeriod } from '../intake/repeats.ts'
import type { EventRow } from './columns.ts'
import { closedDay } from './refuse-unkept.ts'
import type { PeriodQuestion } from './store/in-period.ts'
import type { CutOffs } from './store/unkept.ts'

type Place = Pick<EventRow, 'authorityId' | 'serviceId' | 'type'>

/** A part of what events may be of: its ids that the batch names, and what a source may send at all. */
interface Part {
  field: keyof Place
  pointer: string
  parameter: string
  what: string
  named: readonly number[]
  possible: readonly number[] | undefined
  show: (id: number) => string
}

/** Which of a source's events a batch replaces: those of some days, of what it names. */
export class ReplacedEvents {
  readonly #period: ReplacedPeriod
  readonly #source: Source
  readonly #parts: readonly Part[]

  /** Throws `ProblemError` for a name that is not known, or not the source's. */
  constructor (directory: Directory, source: Source, period: ReplacedPeriod) {
    this.#period = period
    this.#source = source
    const authorities = period.authorities.map((name): Authority =>
      known(directory.authority(name), 'unknown-authority', 'authority'))
    const services = period.services.map((slug): Service =>
      known(directory.service(slug), 'unknown-service', 'service'))
    this.#parts = [
      {
        field: 'authorityId',
        pointer: '/authority',
        parameter: 'replace_authority',
        what: 'authority',
        named: authorities.map(({ id }) => id),
        possible: reportsOn(source),
        show: (id) => directory.authorityById.get(id)?.slug ?? String(id)
      },
      {
        field: 'serviceId',
        pointer: '/service',
        parameter: 'replace_service',
        what: 'service',
        named: services.map(({ id }) => id),
        possible: source.services,
        show: (id) => directory.serviceById.get(id)?.slug ?? String(id)
      },
      {
        field: 'type',
        pointer: '/type',
        parameter: 'replace_type',
        what: 'type',
        named: period.types.map((type) => EVENT_TYPES[type as EventType]),
        possible: undefined,
        show: (code) => TYPE_OF_CODE.get(code) ?? String(code)
      }
    ]
  }

  get question (): PeriodQuestion {
    const [authorityIds, serviceIds, types] = this.#parts.map(({ named }) => named.length === 0 ? undefined : named)
    return { startOn: this.#period.startOn, endOn: this.#period.endOn, authorityIds, serviceIds, types }
  }

  /** Why a row is not of what is replaced, if it is not. */
  refuse (row: EventRow, index: number): RowError | undefined {
    const outside = (pointer: string, detail: string): RowError =>
      ({ index, pointer, code: 'outside-replacement', detail })
    const { startOn, endOn } = this.#period
    if (row.localDay < startOn || row.localDay > endOn) {
      return outside('/occurred_at', `The event counts on ${formatDay(row.localDay)}, which does not lie within ` +
        `replace_period (${formatDay(startOn)} to ${formatDay(endOn)}, Europe/London); leave it out, or widen the ` +
        'period.')
    }
    const part = this.#parts.find(({ field, named }) => named.length > 0 && !named.includes(row[field]))
    return part && outside(part.pointer, `${part.parameter} does not name the ${part.what} ${
      part.show(row[part.field])}; leave the row out, or name it there.`)
  }

  has (row: EventRow): boolean {
    return this.refuse(row, 0) === undefined
  }

  /** Throws `ProblemError` where a day of the period is closed: nobody knows any more what was stored of it. */
  mustBeOpen (cutOffs: CutOffs): void {
    const cutOff = Math.max(...(this.question.authorityIds ?? reportsOn(this.#source)).map((id) =>
      cutOffs.get(id) ?? -Infinity))
    if (this.#period.startOn < cutOff) throw closedDay(cutOff)
  }

  /**
   * Throws `ProblemError` where all events of an authority, a service or a type would go, and nothing names it: a file
   * of one service must not take away what another file brought.
   */
  mustBeNamed (rows: readonly Place[], gone: readonly Place[]): void {
    if (rows.length === 0 && this.#period.services.length === 0) {
      throw new ProblemError(
        'replaces-unnamed', 'The batch is empty; name the service of which all events shall go with replace_service.'
      )
    }
    for (const { field, parameter, what, named, possible, show } of this.#parts) {
      if (possible?.length === 1 || (rows.length === 0 && field === 'type')) continue
      const there = new Set([...named, ...rows.map((row) => row[field])])
      const lost = gone.filter((event) => !there.has(event[field]))
      if (lost.length === 0) continue
      const names = [...new Set(lost.map((event) => show(event[field])))].sort()
      throw new ProblemError(
        'replaces-unnamed',
        `The period holds ${lost.length} ${lost.length === 1 ? 'event' : 'events'} of the ${what} ${
          listOf(names, 'and')}, of which the batch has none: say with ${parameter} what the batch replaces, and ` +
          'name it there as well if its events shall go.'
      )
    }
  }
}
