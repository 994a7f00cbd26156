import type { SeriesQuery } from '../parse.ts'
import type { DetailSum } from '../../rollups/index.ts'

/** What is added to a table: the ids of a group, and what is measured of it. `attribute`: id of the value. */
export interface Addend {
  authorityId: number
  day: number
  outcome: number
  channel: number
  band: number
  ward: number
  street: number
  attribute: number
  events: number
  /** How many things are measured; of counts it says nothing. */
  things: number
  /** The sum of what is measured: counts, events, pence or seconds. */
  total: number
}

/** A sum without details, for those of events. */
export const NO_DETAIL: Omit<DetailSum, 'authorityId' | 'day' | 'events' | 'count'> = {
  outcome: 0, channel: 0, band: 0, ward: 0, street: 0, value: '', priced: 0, amount: 0, timed: 0, duration: 0
}

/** What of a sum a question measures, with the id of its attribute's value. */
export function addendOf ({ measure: { kind } }: SeriesQuery): (sum: Readonly<DetailSum>, attribute: number) => Addend {
  const measured = (sum: Readonly<DetailSum>): Pick<Addend, 'things' | 'total'> => {
    switch (kind) {
      case 'amount': return { things: sum.priced, total: sum.amount }
      case 'duration': return { things: sum.timed, total: sum.duration }
      case 'events': return { things: 0, total: sum.events }
      default: return { things: 0, total: sum.count }
    }
  }
  return (sum, attribute) => {
    const { authorityId, day, outcome, channel, band, ward, street, events } = sum
    return { authorityId, day, outcome, channel, band, ward, street, attribute, events, ...measured(sum) }
  }
}
