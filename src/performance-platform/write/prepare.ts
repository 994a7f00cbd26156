import { randomUUID } from 'node:crypto'
import { DataError } from '../data-error.ts'
import { DEEPEST_LEVEL } from '../../domain/personal-data.ts'
import type { Slices } from '../../domain/slices.ts'
import type { ElementLimits } from '../../json/elements.ts'
import { isSpeltNumber } from '../../json/exact-json.ts'
import type { RecordToStore } from '../store/write.ts'
import { fault, ID_BYTES, isRecord, isTooLong, readTimes, type Fields } from './check.ts'
import { refusePersonalData } from '../../intake/refuse-personal-data.ts'
import { Messages } from './messages.ts'
import { schemaCheck } from './schema.ts'

/** What a data set asks of its records. */
export interface Rules { auto_ids: string[], schema: Record<string, unknown> | null }

/** A record with its place in the batch. */
export interface PreparedRecord extends RecordToStore { row: number }

/**
 * More than a body of this dialect holds of records with a time, a channel and a count; without a limit it would hold a
 * million of one field each, and all of a batch is written in one transaction while the data set's other writers wait.
 */
export const MOST_RECORDS = 100_000

/** Somebody's table has a few dozen columns; each field too many may be a message of the schema's. */
const MOST_FIELDS = 1000

/** Bounds of a record, and what is said of one beyond them. */
export const RECORD_LIMITS: ElementLimits = { deepest: DEEPEST_LEVEL, mostValues: MOST_FIELDS }
const BEYOND = {
  'too-deep': `the record is nested deeper than ${DEEPEST_LEVEL} levels`,
  'too-many-values': `a record has ${MOST_FIELDS} fields at most`
}

/** Stands for a record that was not parsed, since it is beyond the limits. */
export class Unread {
  readonly why: keyof typeof BEYOND
  constructor (why: keyof typeof BEYOND) {
    this.why = why
  }
}

/**
 * Validates a batch whole and makes of it what is stored. Throws one `DataError` with a message for every offending
 * record (several where the schema finds several things), up to a hundred; the last of two records with one id stays.
 */
export async function prepareBatch (items: unknown[], rules: Rules, slices: Slices): Promise<PreparedRecord[]> {
  if (items.length > MOST_RECORDS) {
    throw new DataError(
      400,
      `A request holds ${MOST_RECORDS} records at most, and this one ${items.length}: send them in several`
    )
  }
  const messages = new Messages()
  const ready = new Map<string, PreparedRecord>()
  let lacking: string | undefined
  let row = 0
  for (; row < items.length && !messages.full; row++) {
    if (slices.over) await slices.pause()
    const tell = (found: string): void => messages.report(`Row ${row}: ${found}`)
    const { found, missing, record } = prepareOne(items[row], row, rules)
    found.forEach(tell)
    if (missing !== undefined) {
      lacking ??= `Row ${row}: ${missing} is missing, of which the id is made (${rules.auto_ids.join(', ')})`
    }
    if (record !== undefined) ready.set(record.id, record)
  }
  if (lacking !== undefined) messages.report(lacking)
  messages.refuse(items.length - row)
  return [...ready.values()]
}

/** What is wrong with a record, in words; else the record. `missing`: the first field that its id lacks. */
interface Prepared { found: string[], missing?: string, record?: PreparedRecord }

function prepareOne (item: unknown, row: number, rules: Rules): Prepared {
  if (item instanceof Unread) return { found: [BEYOND[item.why]] }
  if (!isRecord(item)) return { found: ['a record must be an object'] }
  if (Object.keys(item).length > MOST_FIELDS) return { found: [BEYOND['too-many-values']] }
  const personal = refusePersonalData(item, row)
  if (personal !== undefined) return { found: [personal.detail] } // before any message can repeat a value
  const schemaFaults = rules.schema === null ? [] : schemaCheck(rules.schema)(item)
  const missing = rules.auto_ids.find((field) => !Object.hasOwn(item, field))
  const { parsed, day, faults } = readTimes(item, schemaFaults.length)
  const other = fault(item)
  const found = [...schemaFaults, ...faults, ...(other === undefined ? [] : [other])]
  if (missing !== undefined) return { found, missing }
  if (found.length > 0) return { found }
  const record = { ...toStore(item, rules.auto_ids, parsed), day: day ?? null, row }
  return isTooLong(record.id)
    ? { found: [`the id made of ${rules.auto_ids.join(', ')} is longer than ${ID_BYTES} bytes`] }
    : { found, record }
}

function toStore (
  record: Fields, autoIds: string[], times: Partial<Record<string, string>>
): Omit<RecordToStore, 'day'> {
  const { _id: id, _timestamp, ...body } = record
  const { _timestamp: at = null, ...own } = times
  return {
    id: autoIds.length > 0 ? autoId(record, autoIds) : typeof id === 'string' ? id : randomUUID(),
    at,
    body: { ...body, ...own }
  }
}

/** An id of a record's own values, as they were posted: the same row posted again replaces itself. */
function autoId (record: Fields, fields: string[]): string {
  const spelt = fields.map((field) => {
    const value = record[field]
    return isSpeltNumber(value) ? value.rawJSON : String(value)
  })
  return Buffer.from(spelt.join('.')).toString('base64')
}

/**
 * The record that a change of some fields makes of a stored one. Throws `DataError` if the result may not be stored.
 */
export async function prepareChange (
  stored: Fields, change: unknown, id: string, rules: Rules, slices: Slices
): Promise<PreparedRecord> {
  if (!isRecord(change)) throw new DataError(400, ['The change must be an object'])
  if (Object.hasOwn(change, '_id') && change['_id'] !== id) {
    throw new DataError(400, ['The id of a record cannot be changed'])
  }
  const [record] = await prepareBatch([{ ...stored, ...change, _id: id }], { ...rules, auto_ids: [] }, slices)
  if (record === undefined) throw new TypeError('a batch of one makes one record')
  return record
}
