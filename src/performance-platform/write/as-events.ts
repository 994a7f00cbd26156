import { createHash } from 'node:crypto'
import type { Directory } from '../../catalogue/directory.ts'
import { DAY_MS } from '../../domain/calendar.ts'
import { numberOf } from '../../json/exact-json.ts'
import type { EventRow } from '../../events/columns.ts'
import type { Counting } from '../store/counting.ts'
import type { RecordToStore } from '../store/write.ts'
import { ROW_ERRORS_LISTED } from '../../errors.ts'
import type { Slices } from '../../domain/slices.ts'
import { EventResolver } from '../../events/resolve-event.ts'

/**
 * Events to count, the ids of those that count nothing (any more), and what is wrong, by the records' place in the
 * list. Nothing is counted where anything is wrong; after a hundred faults the rest is not looked at.
 */
export interface RecordEvents { rows: EventRow[], none: string[], faults: Array<{ index: number, detail: string }> }

/** What event a record is: ids of records may hold what those of events may not. */
export const eventIdOf = (recordId: string): string => createHash('sha256').update(recordId).digest('hex')

/**
 * Records as the events that they stand for, by their data set's mapping. A record whose count is null or left out
 * counts nothing: nobody knows how many. The old senders labelled local days as UTC, so the UTC date of a label is its
 * local day; of an instant with an offset, the date that is written in it.
 */
export async function asEvents (
  records: RecordToStore[], counting: Counting, directory: Directory, now: number, slices: Slices
): Promise<RecordEvents> {
  const result: RecordEvents = { rows: [], none: [], faults: [] }
  const { mapping } = counting
  const [authority, service] = [
    directory.authorityById.get(counting.authorityId), directory.serviceById.get(counting.serviceId)
  ]
  if (authority === undefined || service === undefined) {
    throw new TypeError('a data set names an authority and a service of the catalogue')
  }
  const channels = Object.assign(Object.create(null) as Record<string, string>, mapping.aliases)
  const at = new Date(now)
  const resolver = new EventResolver(directory, {
    id: counting.owner.sourceId,
    authority_id: authority.id,
    authority,
    name: counting.sourceName,
    services: [service.id],
    provider_for: [],
    channels,
    takes_over: [],
    carried_to: [],
    created_at: at,
    updated_at: at,
    removed_at: null
  }, now)
  const text = ({ body }: RecordToStore, field: string | undefined): string | undefined => {
    const value = field === undefined ? undefined : body[field]
    if (value === undefined || value === null) return undefined
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
  for (const [index, record] of records.entries()) {
    if (result.faults.length >= ROW_ERRORS_LISTED) break
    if (slices.over) await slices.pause()
    const refuse = (detail: string): unknown => result.faults.push({ index, detail })
    const id = eventIdOf(record.id)
    const count = mapping.count === undefined ? 1 : record.body[mapping.count] ?? null
    if (count === null) {
      result.none.push(id)
      continue
    }
    const number = numberOf(count)
    if (number === undefined || !Number.isInteger(number) || number < 0 || number > MOST) {
      refuse(`${mapping.count ?? ''} is not a whole number from 0 to ${MOST}, and so cannot be counted`)
      continue
    }
    if (record.at === null) {
      refuse('_timestamp is missing, by which its day counts')
      continue
    }
    const [channel, ward] = [text(record, mapping.channel), text(record, mapping.ward)]
    const date = record.day ?? record.at.slice(0, 10)
    const row = resolver.resolve({
      id,
      authority: authority.gss ?? authority.slug, // by the code: a slug may be another authority's on that day
      service: service.slug,
      occurred_at: `${date}T12:00:00Z`,
      count: number,
      ...(channel !== undefined && { channel }),
      ...(ward !== undefined && { ward })
    }, index)
    if (Array.isArray(row)) row.forEach(({ detail }) => refuse(detail))
    else result.rows.push({ ...row, occurredAt: Date.parse(record.at), localDay: Date.parse(date) / DAY_MS })
  }
  return result
}

const MOST = 2_147_483_647
