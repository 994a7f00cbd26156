import { mapInSlices, type Slices } from '../domain/slices.ts'
import { ROW_ERRORS_LISTED, type RowError } from '../errors.ts'
import { refusePersonalData } from '../intake/refuse-personal-data.ts'
import { readJsonRows, type RowReader, type SentRows } from '../intake/read-rows.ts'
import { dataFault, faultOf } from './cloud-event.ts'

/** Where a field of an event stands that is not one of its data. */
interface Places { id: string, time: string, data: string }
const STRUCTURED: Places = { id: '/id', time: '/time', data: '/data' }
/** By the names of headers; the body is the data. */
const BINARY: Places = { id: '/ce-id', time: '/ce-time', data: '' }

/**
 * CloudEvents 1.0 in JSON, one or a batch: `id` and `time` are the event's id and occurred_at, `data` holds its other
 * fields; occurred_at in `data` goes before `time`. `source` and `type` are read by nobody here: whose event it is says
 * the token, what it is says `data`.
 */
export const readCloudEventRows: RowReader = async (body, slices) =>
  await eventsOf(await readJsonRows(body, slices), slices, STRUCTURED)

/** The same of one in binary mode: its attributes came as headers, and the body is its data. */
export const readBinaryCloudEvent = (attributes: object): RowReader => async (body, slices) => {
  const { rows: [data], ...sent } = await readJsonRows(body, slices)
  if (isListed(body)) return await eventsOf({ rows: [{ ...attributes, data: [] }], unreadable: [] }, slices, BINARY)
  return await eventsOf({ ...sent, rows: [{ ...attributes, data }] }, slices, BINARY)
}

const isListed = (body: Buffer): boolean => /^[\s\ufeff]*\[/.test(body.toString('utf8', 0, 1024))

async function eventsOf (
  { rows: sent, unreadable, raw }: SentRows, slices: Slices, places: Places
): Promise<SentRows> {
  const refused = [...unreadable]
  const unread = new Set(unreadable.map(({ index }) => index))
  const withOwnMoment = new Set<number>()
  const rows = await mapInSlices(sent, (row, index): unknown => {
    if (unread.has(index)) return undefined
    const why = refusalOf(row, index, refused.length < ROW_ERRORS_LISTED)
    if (why !== undefined) {
      refused.push(why)
      return undefined
    }
    const { id, time, data } = row as { id?: unknown, time?: unknown, data: Record<string, unknown> }
    // Null is as if left out, in an attribute as in data.
    const { id: _, occurred_at: own, ...fields } = data
    if (own != null) withOwnMoment.add(index)
    const moment = own ?? time
    return { ...fields, ...(moment != null && { occurred_at: moment }), ...(id !== undefined && { id }) }
  }, slices)
  const locate = (pointer: string, index: number): string => {
    if (pointer === '/id') return places.id
    return pointer === '/occurred_at' && !withOwnMoment.has(index) ? places.time : `${places.data}${pointer}`
  }
  return { rows, unreadable: refused, locate, raw: raw ?? ((index) => sent[index]) }
}

function refusalOf (row: unknown, index: number, isListed: boolean): RowError | undefined {
  const fault = faultOf(row) ?? dataFault(row as Record<string, unknown>)
  // Before a message about what is in it can repeat a value.
  const personal = refusePersonalData(row, index, 'id')
  if (personal !== undefined || fault === undefined) return personal
  const detail = isListed ? `The row is not a CloudEvent: ${fault}.` : 'The row is not a CloudEvent.'
  return { index, pointer: '', code: 'invalid-cloud-event', detail }
}
