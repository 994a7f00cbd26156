import { isUnknown, UNKNOWN, type Area, type Authority, type Directory } from '../catalogue/directory.ts'
import { known } from '../catalogue/explain.ts'
import { OUTCOMES, OUTCOMES_OF, type EventType } from '../domain/event.ts'
import type { DateRange } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import type { SumDimension } from './sum-query.ts'

/** Only these ids of each dimension that is named. */
export type Filters = Partial<Record<Exclude<SumDimension, 'authority'>, number[]>>

interface Places { directory: Directory, authorities: readonly Authority[], range: DateRange }

/** Throws `ProblemError` for a filter that cannot be followed; those by attribute are read elsewhere. */
export function parseFilters (places: Places, type: EventType, filters: string[]): Filters {
  const { directory } = places
  const parsed: Filters = {}
  for (const filter of filters) {
    const colon = filter.indexOf(':')
    const [dimension, value] = [filter.slice(0, colon), filter.slice(colon + 1)]
    if (dimension === 'channel') {
      ;(parsed.channel ??= []).push(known(directory.channel(value), 'unknown-channel', 'channel').id)
    } else if (dimension === 'outcome') (parsed.outcome ??= []).push(outcomeOf(type, value))
    else if (dimension === 'ward') (parsed.ward ??= []).push(...wardIds(places, value))
    else if (dimension === 'street' && /^\d{1,8}$/.test(value)) (parsed.street ??= []).push(Number(value))
    else {
      throw new ProblemError(
        'invalid-request',
        `filter_by=${filter} is not understood; use channel:<word>, outcome:<word>, ward:<code>, street:<USRN> or ` +
          'attribute:<name>:<value>.'
      )
    }
  }
  return parsed
}

// Refuse an outcome that no event of the type can have, rather than answer 0.
function outcomeOf (type: EventType, name: string): number {
  const outcome = OUTCOMES_OF[type].find((one) => one === name)
  if (outcome !== undefined) return OUTCOMES[outcome]
  throw new ProblemError(
    'invalid-request',
    `outcome ${name} is not one of a ${type}; use ${OUTCOMES_OF[type].join(', ')}.`
  )
}

const wardIds = ({ directory, authorities, range }: Places, name: string): number[] =>
  name === UNKNOWN ? [0] : wardsOf(directory, authorities, name, range).map(({ id }) => id)

/**
 * The wards that a name means on days of the range: several where one followed another. Throws `ProblemError` where it
 * means none, or none alone.
 */
export function wardsOf (
  directory: Directory, authorities: readonly Authority[], name: string, range: DateRange
): Area[] {
  const found = authorities.map((authority) => directory.wards(authority, name, range))
  const wards = found.flatMap((some) => isUnknown(some) ? [] : some)
  const why = found.find((some) => isUnknown(some) && (wards.length === 0 || some.ambiguous !== undefined))
  return [...new Set(known(why ?? wards, 'unknown-ward', 'ward'))]
}
