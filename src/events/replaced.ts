import type { Directory, Source } from '../catalogue/directory.ts'
import { reportsOn } from '../catalogue/source-reach.ts'
import { EVENT_TYPES, TYPE_OF_CODE, type EventType } from '../domain/event.ts'
import type { ReplacedPeriod } from '../intake/repeats.ts'
import { Replaced } from '../intake/replaced.ts'
import type { EventRow } from './columns.ts'
import { closedDay } from './refuse-unkept.ts'
import type { PeriodQuestion } from './store/in-period.ts'
import type { CutOffs } from './store/unkept.ts'

/** Which of a source's events a batch replaces: those of some days, of what it names. */
export class ReplacedEvents extends Replaced<EventRow> {
  readonly #source: Source

  /** Throws `ProblemError` for a name that is not known. */
  constructor (directory: Directory, source: Source, period: ReplacedPeriod) {
    super(directory, source, period, {
      what: 'event',
      pointer: '/occurred_at',
      days: ({ localDay }) => ({ first: localDay, last: localDay }),
      part: {
        idOf: ({ type }) => type,
        pointer: '/type',
        parameter: 'replace_type',
        what: 'type',
        named: period.types.map((type) => EVENT_TYPES[type as EventType]),
        possible: undefined,
        show: (code) => TYPE_OF_CODE.get(code) ?? String(code)
      }
    })
    this.#source = source
  }

  get question (): PeriodQuestion {
    const [authorityIds, serviceIds, types] = this.named
    return { startOn: this.startOn, endOn: this.endOn, authorityIds, serviceIds, types }
  }

  /** Throws `ProblemError` where a day of the period is closed: nobody knows any more what was stored of it. */
  mustBeOpen (cutOffs: CutOffs): void {
    const [authorityIds = reportsOn(this.#source)] = this.named
    const cutOff = Math.max(...authorityIds.map((id) => cutOffs.get(id) ?? -Infinity))
    if (this.startOn < cutOff) throw closedDay(cutOff)
  }
}
