import { isUnknown, type Authority, type Directory, type Source } from '../catalogue/directory.ts'
import { explainUnknown } from '../catalogue/explain.ts'
import { DAY_MS, formatDay, localDay, parseDay } from '../domain/calendar.ts'
import { EVENT_LIMITS } from '../domain/event.ts'
import { PERIOD_CODES, type Observation } from '../domain/observation.ts'
import { addPeriods, periodStart, type Period } from '../domain/period.ts'
import { tidyText } from '../domain/tidy.ts'
import { isStorable } from '../json/storable.ts'
import type { RowError } from '../errors.ts'
import type { ObservationRow } from './store/row.ts'
import { namesOf, Refusal, type NameResolver } from '../intake/resolve-names.ts'

const UNSTORABLE_NOTE = new Refusal(
  'invalid-value', 'note holds a NUL character or half a surrogate pair, which cannot be kept.'
)

const NONE: ReadonlySet<string> = new Set()

/** Makes rows of the observations of one source, as of `now`. */
export class ObservationResolver {
  readonly #directory: Directory
  readonly #names: NameResolver
  readonly #today: number

  constructor (directory: Directory, source: Source, now: number) {
    this.#directory = directory
    this.#names = namesOf(directory, source)
    this.#today = localDay(now)
  }

  /**
   * The row to store, or everything that is wrong with the observation. `told`: fields that are left out here because
   * something wrong with them is known already.
   */
  resolve (sent: Observation, index: number, told: ReadonlySet<string> = NONE): ObservationRow | RowError[] {
    const errors: RowError[] = []
    const refuse = (pointer: string, why: Refusal): undefined => {
      errors.push(why.in(index, pointer))
    }
    const settle = <T>(pointer: string, found: T | Refusal): T | undefined =>
      found instanceof Refusal ? refuse(pointer, found) : found

    const unlessTold = <T>(field: string, find: () => T | Refusal): T | undefined =>
      told.has(field) ? undefined : settle(`/${field}`, find())
    const service = unlessTold('service', () => this.#names.service(sent.service))
    const measureId = unlessTold('measure', () => this.#measure(sent.measure))
    const startOn = told.has('period')
      ? undefined
      : unlessTold('start_on', () => this.#start(sent.period, sent.start_on))
    const endOn = startOn === undefined ? undefined : settle('/end_on', lastDay(sent.period, startOn, sent.end_on))
    // A period belongs to who is there on its last day, or to any who is there on some day of it.
    const [first, last] = [startOn ?? -Infinity, endOn ?? startOn ?? this.#today]
    const authority = unlessTold('authority', () => this.#names.authority(sent.authority, last, first))
    const channelId = sent.channel === undefined ? 0 : settle('/channel', this.#names.channel(sent.channel, first))
    if (authority !== undefined && service !== undefined) {
      settle('/service', this.#names.delivers(authority, service, first))
    }
    const wardId = authority === undefined || endOn === undefined
      ? 0
      : settle('/ward', this.#ward(authority, sent.ward, Math.min(endOn, authority.to)))
    if (!isStorable(sent.note ?? '')) refuse('/note', UNSTORABLE_NOTE)
    if (
      errors.length > 0 || told !== NONE || authority === undefined || service === undefined ||
      measureId === undefined || startOn === undefined ||
      endOn === undefined || channelId === undefined || wardId === undefined
    ) return errors
    return {
      authorityId: authority.id,
      serviceId: service.id,
      measureId,
      period: PERIOD_CODES[sent.period],
      startOn,
      endOn,
      channelId,
      wardId,
      value: sent.value,
      provisional: sent.provisional ?? false,
      note: tidyText(sent.note ?? ''),
      revision: sent.revision ?? 0
    }
  }

  #measure (slug: string): number | Refusal {
    const found = this.#directory.kpis.measureInUse(slug)
    return isUnknown(found) ? new Refusal('unknown-measure', () => explainUnknown(found, 'measure')) : found.id
  }

  // Refuse the unknown ward, which events may have: an observation without a ward is about the whole authority.
  #ward (authority: Authority, name: string | null | undefined, day: number): number | Refusal {
    const id = this.#names.ward(authority, name, day)
    return id === 0 && name != null
      ? new Refusal('invalid-value', 'A figure is about one ward or about all of them; for all of them leave ward out.')
      : id
  }

  #start (period: Period, text: string): number | Refusal {
    const day = parseDay(text)
    if (day === undefined) {
      return new Refusal('invalid-value', `start_on ${text} is not a day of the calendar; send YYYY-MM-DD.`)
    }
    const start = periodStart(period, day)
    if (start !== day) {
      return new Refusal(
        'wrong-period',
        `${text} is not the first day of a ${period.replace('_', ' ')}; that would be ${formatDay(start)}.`
      )
    }
    if (day * DAY_MS < EVENT_LIMITS.earliest) {
      return new Refusal('too-old', `start_on ${text} lies before 2000; check the date.`)
    }
    if (day > this.#today + 1) {
      return new Refusal(
        'too-far-in-future',
        `start_on ${text} lies in the future; send an observation when its period has begun.`
      )
    }
    return day
  }
}

function lastDay (period: Period, start: number, text: string | undefined): number | Refusal {
  const last = addPeriods(period, start, 1) - 1
  if (text === undefined || text === formatDay(last)) return last
  return new Refusal(
    'wrong-period',
    `A ${period.replace('_', ' ')} from ${formatDay(start)} ends on ${formatDay(last)}, not on ${text}; leave ` +
      'end_on out.'
  )
}
