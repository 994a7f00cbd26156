import { mapInSlices } from '../domain/slices.ts'
import { ROW_ERRORS_LISTED } from '../errors.ts'
import { refusePersonalData } from '../intake/refuse-personal-data.ts'
import { readJsonRows, type RowReader } from '../intake/read-rows.ts'

/** Context attributes that become fields of the event; every other field is in `data`. */
const CONTEXT: Record<string, string> = { '/id': '/id', '/occurred_at': '/time' }

/**
 * CloudEvents 1.0 in JSON, one or a batch: `id` and `time` are the event's id and occurred_at, `data` holds its other
 * fields; occurred_at in `data` goes before `time`. `source` and `type` are read by nobody here: whose event it is says
 * the token, what it is says `data`.
 */
export const readCloudEventRows: RowReader = async (body, slices) => {
  const { CloudEvent } = await import('cloudevents') // 180 ms, which only senders of CloudEvents pay, once
  // Only that: where an id or a time is missing it makes one up, by which the same event would be another one each
  // time.
  const check = (row: unknown): unknown => new CloudEvent(row as ConstructorParameters<typeof CloudEvent>[0])
  const { rows: sent, unreadable } = await readJsonRows(body, slices)
  const unread = new Set(unreadable.map(({ index }) => index))
  const withOwnMoment = new Set<number>()
  const rows = await mapInSlices(sent, (row, index): unknown => {
    if (unread.has(index)) return undefined
    const personal = refusePersonalData(row, index)
    if (personal !== undefined) {
      unreadable.push(personal) // before the library's message can repeat a value
      return undefined
    }
    try {
      // The library would take a text for an object of so many fields as it has characters.
      if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new TypeError('it is not a JSON object')
      limitAttributes(row)
      check(row)
      const { id, time, data } = row as Record<string, unknown>
      if (typeof data !== 'object' || data === null || Array.isArray(data)) {
        throw new TypeError('data must be an object with the fields of an event')
      }
      if ('occurred_at' in data) withOwnMoment.add(index)
      const event: Record<string, unknown> = { ...(time !== undefined && { occurred_at: time }), ...data, id }
      if (id === undefined) delete event['id'] // nor is one in data its id
      return event
    } catch (error) {
      // Explaining costs more than checking: past what an answer lists, a count is enough.
      const why = unreadable.length < ROW_ERRORS_LISTED ? `: ${reasonOf(error)}` : ''
      const detail = `The row is not a CloudEvent${why}.`
      unreadable.push({ index, pointer: '', code: 'invalid-cloud-event', detail })
      return undefined
    }
  }, slices)
  const locate = (pointer: string, index: number): string =>
    (pointer === '/occurred_at' && withOwnMoment.has(index) ? undefined : CONTEXT[pointer]) ?? `/data${pointer}`
  return { rows, unreadable, locate }
}

/** Characters of a context attribute or its name; the event in `data` has bounds of its own. */
const LONGEST_ATTRIBUTE = 2048

// The library copies attributes and matches patterns on them, and says them again where they are wrong.
function limitAttributes (row: object): void {
  for (const [name, value] of Object.entries(row)) {
    if (name.length > LONGEST_ATTRIBUTE) throw new TypeError('an attribute has too long a name')
    if (typeof value === 'string' && value.length > LONGEST_ATTRIBUTE) {
      throw new TypeError(`${name.slice(0, 50)} has more than ${LONGEST_ATTRIBUTE} characters`)
    }
  }
}

// The library's message holds its validator's errors as JSON; the first of them says what is wrong in words.
function reasonOf (error: unknown): string {
  const { message, errors } = error as Error & { errors?: Array<{ instancePath?: string, message?: string }> | null }
  const first = Array.isArray(errors) ? errors[0] : undefined
  if (first?.message === undefined) return message.replaceAll(/\s+/g, ' ').slice(0, 200)
  return `${first.instancePath?.slice(1).replaceAll('/', '.') ?? ''} ${first.message}`.trim().slice(0, 200)
}
