/**
 * The catalogue of coded errors. A code is a promise: it is never renamed, and its status never changes.
 * `docs/errors.md` is checked against this file.
 */
export const ERRORS = {
  // the request as a whole
  'invalid-json': {
    status: 400, title: 'The body is not valid JSON', fix: 'Send UTF-8 JSON; the detail says where reading stopped.'
  },
  'empty-body': { status: 400, title: 'The body is empty', fix: 'Send what /docs names for this address, as JSON.' },
  'invalid-request': {
    status: 400, title: 'The request does not fit the contract', fix: 'Compare the named parameter or field with /docs.'
  },
  'unreadable-file': {
    status: 400,
    title: 'The file cannot be read',
    fix: 'Do what the detail says: it names the line, or what the file should be.'
  },
  'invalid-period-range': {
    status: 400,
    title: 'The dates do not make a range',
    fix: 'Give start_on and end_on (inclusive), or duration, within the stated limit.'
  },
  'sum-too-large': {
    status: 422, title: 'A sum is too large to be exact', fix: 'Ask for shorter periods or fewer authorities.'
  },
  unauthenticated: {
    status: 401,
    title: 'No valid token',
    fix: 'Send `Authorization: Bearer <token>` with a token that is neither expired nor revoked.'
  },
  forbidden: {
    status: 403,
    title: 'This token may not do that',
    fix: 'Use a token whose source has the authority and service, or the operator token.'
  },
  'not-found': { status: 404, title: 'Nothing is here', fix: 'Check the address against /docs.' },
  'method-not-allowed': {
    status: 405, title: 'This address does not take that method', fix: 'Use a method from the Allow header.'
  },
  misdirected: {
    status: 421,
    title: 'Another process of this service serves this address',
    fix: 'Ask the operator which address is for what: this process serves a part alone (`ROLE`).'
  },
  'watermark-unknown': {
    status: 410,
    title: 'What has changed since this watermark is not known',
    fix: 'Leave `since` out, take the export anew, and keep the watermark that comes with it.'
  },
  'not-acceptable': {
    status: 406,
    title: 'No such representation',
    fix: 'Ask for a type that the detail names, or say format in the address.'
  },
  'too-many-events': { status: 413, title: 'Too many rows in one request', fix: 'Send at most 10,000 rows a request.' },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    fix: 'Send at most as many bytes as the detail says: 8 MiB of rows, 256 KiB of settings.'
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is in a format that is not read here',
    fix: 'Send application/json, or another type that /docs names for this address.'
  },
  'rows-rejected': {
    status: 422,
    title: 'Rows were refused, so nothing was stored',
    fix:
      'Mend the rows in `errors` and send the batch again, or send `Prefer: handling=lenient` to store the good rows.'
  },
  'name-taken': { status: 409, title: 'Another data set has this name', fix: 'Give the data set a `name` of its own.' },
  'changed-meanwhile': {
    status: 409,
    title: 'Somebody else changed the same at the same time',
    fix: 'Read it again, and send what still holds.'
  },
  'reorganisation-refused': {
    status: 422,
    title: 'The reorganisation cannot be made so',
    fix: 'Mend the places in `errors`; the detail of each says how. Nothing was changed.'
  },
  'retention-too-short': {
    status: 422,
    title: 'Raw rows would leave while figures may still be corrected',
    fix: 'Keep them for at least as many months as the detail says.'
  },
  'already-in-force': {
    status: 409,
    title: 'Its day has come, so it is not undone',
    fix: 'Make a reorganisation of its own that puts right what was wrong.'
  },
  'in-use': {
    status: 409,
    title: 'Something else rests on this',
    fix: 'Change or remove first what the detail names, or end it from a day on with `?from=`.'
  },
  'token-taken': { status: 409, title: 'This secret is in use already', fix: 'Let the service make a token.' },
  'idempotency-key-reused': {
    status: 422,
    title: 'This Idempotency-Key came with another body before',
    fix: 'Use a new key for a new batch; the same key only for a retry of the same body.'
  },
  'rate-limited': {
    status: 429, title: 'Too many requests', fix: 'Wait for the seconds in Retry-After, then go on more slowly.'
  },
  'quota-exceeded': {
    status: 422,
    title: 'There is no room for more of these',
    fix: 'Remove some that are not needed, or ask the operator for more.'
  },
  'too-costly': {
    status: 422, title: 'The question costs too much', fix: 'Ask for shorter periods, fewer groups or fewer columns.'
  },
  'internal-error': {
    status: 500, title: 'The service failed', fix: 'Try again; if it goes on, give the operator the request id.'
  },
  unavailable: {
    status: 503, title: 'The service cannot answer just now', fix: 'Try again after the seconds in Retry-After.'
  },
  // single rows
  'not-an-object': { status: 422, title: 'A row is not a JSON object', fix: 'Send each event as an object.' },
  'invalid-cloud-event': {
    status: 422,
    title: 'A row is not a CloudEvent',
    fix: 'Send CloudEvents 1.0 in JSON with the fields of an event in `data`.'
  },
  'missing-field': { status: 422, title: 'A required field is missing', fix: 'Add the field.' },
  'unknown-field': {
    status: 422, title: 'A field is not part of an event', fix: 'Remove the field or correct its name.'
  },
  'invalid-value': { status: 422, title: 'A value has the wrong type or form', fix: 'Send what the detail asks for.' },
  'personal-data': {
    status: 422,
    title: 'A field holds personal data',
    fix:
      'Take it out: no email addresses, telephone numbers, National Insurance numbers, full postcodes or exact ' +
        'coordinates. The value was neither stored nor logged.'
  },
  'unknown-attribute': {
    status: 422,
    title: 'An attribute is not in the vocabulary of the service',
    fix: 'Use the attributes and words that the detail lists; free text is not accepted.'
  },
  'ambiguous-date': {
    status: 422,
    title: 'A date may mean two days',
    fix: 'Say in the mapping how the dates of the column are written, such as `"date": "dd/mm/yyyy"`.'
  },
  'unknown-column': {
    status: 422,
    title: 'The file lacks a column that the mapping names',
    fix: 'Name the column as its heading is in the file, or change the mapping.'
  },
  'mapping-needed': {
    status: 422,
    title: 'Nobody said what the columns of the file mean',
    fix: 'Name a mapping (`?mapping=`), have one proposed (`mappings:suggest`), or head columns with names of fields.'
  },
  'invalid-outcome': {
    status: 422, title: 'The outcome does not belong to this type of event', fix: 'Use an outcome of the type.'
  },
  'too-far-in-future': {
    status: 422,
    title: 'The event lies in the future',
    fix: 'Send it when it has happened; check the sender’s clock and time zone.'
  },
  'too-old': {
    status: 422, title: 'The event lies before 2000', fix: 'Check the date; events from 2000-01-01 are kept.'
  },
  'closed-day': {
    status: 422,
    title: 'The day is closed: it is older than events are kept',
    fix:
      'Leave the row out; `Prefer: handling=lenient` stores the other rows of a batch. What was sent of this day is ' +
        'counted for good, and the events themselves have left.'
  },
  'outside-replacement': {
    status: 422,
    title: 'The row is not of what the batch replaces',
    fix: 'Leave it out, or send it in a batch of its own, or widen `replace_period` and what narrows it.'
  },
  'replaces-unnamed': {
    status: 422,
    title: 'The batch would withdraw all of something that it does not name',
    fix:
      'Send what is missing, or narrow what is replaced, or name what shall be withdrawn whole, with the parameters ' +
        'that the detail says.'
  },
  'period-too-large': {
    status: 422,
    title: 'More is stored of the period than one batch can replace',
    fix: 'Replace shorter periods, one after the other: a day, or a week.'
  },
  'event-erased': {
    status: 422,
    title: 'This event was erased and is not taken again',
    fix:
      'Take it out of what the system sends; until then `Prefer: handling=lenient` stores the other rows. Erased by ' +
        'mistake, it is let in by an erasure of its id with `may_be_sent_again`.'
  },
  'unknown-authority': { status: 404, title: 'No such authority', fix: 'Use a slug or GSS code from /v1/authorities.' },
  'unknown-service': { status: 404, title: 'No such service', fix: 'Use a slug from /v1/services.' },
  'unknown-channel': {
    status: 404, title: 'No such channel', fix: 'Use a word from /v1/channels, or give the source an alias for it.'
  },
  'unknown-ward': {
    status: 404,
    title: 'No such ward in this authority on that date',
    fix: 'Use a code from /v1/areas?authority=…, or leave the ward out if it is not known.'
  },
  'unknown-measure': { status: 404, title: 'No such measure', fix: 'Use a word from /v1/measures.' },
  'unknown-kpi': { status: 404, title: 'No such KPI', fix: 'Use a word from /v1/kpis.' },
  'unknown-group': {
    status: 404,
    title: 'No such comparator group',
    fix: 'Use all, type:, region:, nation:, population-band:, nearest:<authority> or a word from /v1/comparator-groups.'
  },
  'wrong-period': {
    status: 422,
    title: 'The dates are not those of a period',
    fix: 'Send the first day of the period as start_on: a Monday, the first of a month, 1 April.'
  },
  'service-not-delivered': {
    status: 422,
    title: 'This authority does not deliver this service',
    fix: 'Send it for the authority that delivers the service.'
  },
  'authority-abolished': {
    status: 422,
    title: 'The authority had ended by that day',
    fix: 'Send data for days after its last for the authority that took its place, which the detail names.'
  },
  'authority-not-yet': {
    status: 422,
    title: 'The authority had not begun on that day',
    fix: 'Send data for days before its first for the authority that it took the place of, which the detail names.'
  },
  'service-discontinued': {
    status: 422,
    title: 'The service was discontinued by that day',
    fix: 'Send data for days up to its last alone; the detail names it.'
  },
  'authority-not-allowed': {
    status: 422,
    title: 'This source may not write for that authority',
    fix: 'Ask the operator to add the authority to the source’s provider_for.'
  },
  'service-not-allowed': {
    status: 422,
    title: 'This source may not write for that service',
    fix: 'Ask the operator to add the service to the source.'
  },
  'figure-of-another-source': {
    status: 422,
    title: 'Another source sent this figure',
    fix:
      'Let that source correct it, or have the authority’s administrators (or the operator) name it in the ' +
        '`takes_over` of this source.'
  },
  'proposal-decided': {
    status: 409,
    title: 'The proposal is decided already',
    fix: 'Read its state; make a new proposal for another change.'
  },
  'invalid-dashboard': {
    status: 422,
    title: 'The front end could not show this dashboard',
    fix: 'Mend the places in `errors`; the detail of each says how.'
  },
  'unknown-module-type': {
    status: 422, title: 'The front end knows no such module type', fix: 'Use one of the types in the detail.'
  },
  'unknown-data-set': {
    status: 422,
    title: 'There is no such data set to read',
    fix:
      'Create it with PUT /v1/data-sets/{group}/{type}, or use `<authority>-<service>` and a data type of typed data.'
  },
  'repeated-figure': {
    status: 422,
    title: 'A batch names the same figure twice, with different content',
    fix: 'Send each figure once a batch, or each time with another revision.'
  },
  conflict: {
    status: 409,
    title: 'Other content is stored already for this event or figure',
    fix:
      'If this is a correction, send it with a higher revision, or the batch with `on_repeat=newest`; if it is ' +
        'another event, give it another id; send a figure under one name of its period.'
  },
  'stale-revision': {
    status: 409,
    title: 'A newer revision of this event or figure is stored already',
    fix: 'Send corrections with a revision above the one stored.'
  }
} as const satisfies Record<string, { status: number, title: string, fix: string }>

export type ErrorCode = keyof typeof ERRORS

/** One thing wrong with one row of a batch. `pointer` is a JSON pointer into that row (RFC 6901). */
export interface RowError {
  index: number
  /** Of a CSV: where the row ends, from 1, the header included. */
  line?: number
  /** Of a file: the heading of the column. */
  column?: string
  pointer: string
  code: ErrorCode
  detail: string
  /** Where another version is stored: its revision. */
  stored_revision?: number
}

/** What a reader noticed in a file, and how it read it all the same. */
export interface RowWarning {
  /** Of the row, from 0; left out: of the whole file. */
  index?: number
  line?: number
  /** The heading of the column. */
  column?: string
  code: string
  detail: string
}

/** Of rows that were refused: how many errors there were of each code. */
export type CodeCounts = Partial<Record<ErrorCode, number>>

export function countCodes (errors: readonly RowError[]): CodeCounts {
  const counts: CodeCounts = {}
  for (const { code } of errors) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

/** How many row errors an answer lists; `errors_total` counts them all. */
export const ROW_ERRORS_LISTED = 100

/** An error a client is meant to read. Anything else that is thrown becomes `internal-error`, without its message. */
export class ProblemError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly extra: Record<string, unknown>
  /** Seconds after which to try again, where there is a reason for that many. */
  readonly retryAfter: number | undefined
  /** Of a batch that was refused whole. */
  rows: { received: number, codes: CodeCounts } | undefined

  constructor (code: ErrorCode, detail: string, extra: Record<string, unknown> = {}, retryAfter?: number) {
    super(detail)
    this.code = code
    this.status = ERRORS[code].status
    this.extra = extra
    this.retryAfter = retryAfter
  }
}
