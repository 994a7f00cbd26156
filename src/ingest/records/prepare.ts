import { randomUUID } from 'node:crypto'
import { DataError } from '../../domain/data-error.ts'
import { isSpeltNumber } from '../../domain/exact-json.ts'
import type { RecordToStore } from '../../store/records/write.ts'
import { fault, isRecord, readTimes, type Fields } from './check.ts'
import { refusePersonalData } from '../refuse-personal-data.ts'
import { schemaCheck } from './schema.ts'

/** What a data set asks of its records. */
export interface Rules { auto_ids: string[], schema: Record<string, unknown> | null }

/** A record with its place in the batch. */
export interface PreparedRecord extends RecordToStore { row: number }

/**
 * Validates a batch whole and makes of it what is stored. Throws one `DataError` with a message for every offending record
 * (several where the schema finds several things); the last of two records with one id stays.
 */
export function prepareBatch (items: unknown[], rules: Rules): PreparedRecord[] {
  const messages: string[] = []
  const ready = new Map<string, PreparedRecord>()
  let lacking: string | undefined
  items.forEach((item, index) => {
    const tell = (found: string): unknown => messages.push(`Row ${index}: ${found}`)
    if (!isRecord(item)) return tell('a record must be an object')
    const personal = refusePersonalData(item, index)
    if (personal !== undefined) return tell(personal.detail) // before any message can repeat a value
    const schemaFaults = rules.schema === null ? [] : schemaCheck(rules.schema)(item)
    const missing = rules.auto_ids.find((field) => !Object.hasOwn(item, field))
    if (missing !== undefined) lacking ??= `Row ${index}: ${missing} is missing, of which the id is made (${rules.auto_ids.join(', ')})`
    const { parsed, faults } = readTimes(item, schemaFaults.length)
    const other = fault(item)
    const found = [...schemaFaults, ...faults, ...(other === undefined ? [] : [other])]
    found.forEach(tell)
    if (found.length > 0 || missing !== undefined) return undefined
    const record = { ...toStore(item, rules.auto_ids, parsed), row: index }
    return ready.set(record.id, record)
  })
  if (lacking !== undefined) messages.push(lacking)
  if (messages.length > 0) throw new DataError(400, messages)
  return [...ready.values()]
}

function toStore (record: Fields, autoIds: string[], times: Partial<Record<string, string>>): RecordToStore {
  const { _id: id, _timestamp, ...body } = record
  const { _timestamp: at = null, ...own } = times
  return { id: autoIds.length > 0 ? autoId(record, autoIds) : typeof id === 'string' ? id : randomUUID(), at, body: { ...body, ...own } }
}

/** An id of a record's own values, as they were posted: the same row posted again replaces itself. */
function autoId (record: Fields, fields: string[]): string {
  const spelt = fields.map((field) => {
    const value = record[field]
    return isSpeltNumber(value) ? value.rawJSON : String(value)
  })
  return Buffer.from(spelt.join('.')).toString('base64')
}

/** The record that a change of some fields makes of a stored one. Throws `DataError` if the result may not be stored. */
export function prepareChange (stored: Fields, change: unknown, id: string, rules: Rules): PreparedRecord {
  if (!isRecord(change)) throw new DataError(400, ['The change must be an object'])
  if (Object.hasOwn(change, '_id') && change['_id'] !== id) throw new DataError(400, ['The id of a record cannot be changed'])
  const [record] = prepareBatch([{ ...stored, ...change, _id: id }], { ...rules, auto_ids: [] })
  if (record === undefined) throw new TypeError('a batch of one makes one record')
  return record
}
