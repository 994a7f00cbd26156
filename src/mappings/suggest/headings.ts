import { fold } from '../../domain/fold.ts'
import type { MappingKind } from '../schema.ts'

/** What people head the columns of fields with, the likeliest first; folded, a `*` for whatever else. */
const EVENT: Record<string, string[]> = {
  id: [
    'id', 'ref', 'reference', 'ref no', 'ref number', 'reference no', 'reference number', 'case ref',
    'case reference', 'case id', 'case number', 'case no', 'job ref', 'job number', 'job no', 'job id',
    'enquiry ref', 'enquiry number', 'request id', 'request number', 'service request', 'sr number', 'sr no',
    'ticket', 'ticket number', 'transaction id', 'unique id', 'incident number', 'call ref', 'record id', '* ref',
    '* id', '* reference', '* number'
  ],
  occurred_at: [
    'occurred at', 'date reported', 'reported date', 'date logged', 'logged date', 'date raised', 'date created',
    'created date', 'created', 'created on', 'date received', 'received', 'received date', 'date opened', 'opened',
    'transaction date', 'date of transaction', 'date', 'date time', 'datetime', 'timestamp', 'reported', 'logged',
    'date *', '* date'
  ],
  channel: [
    'channel', 'contact channel', 'contact method', 'how contacted', 'method', 'method of contact', 'contact type',
    'source', 'origin', 'access channel', 'reported via', 'received via', 'how reported', 'via', 'medium',
    'received by', '* channel', '* method'
  ],
  ward: ['ward', 'ward name', 'ward code', 'electoral ward', 'wardname', '* ward', 'ward *'],
  street: ['usrn', 'street usrn', 'street'],
  outcome: ['outcome', 'result', 'status', 'resolution', 'disposition'],
  count: ['count', 'quantity', 'qty', 'volume', 'number of transactions', 'transactions', 'no of *'],
  amount_pence: [
    'amount', 'fee', 'fee paid', 'amount paid', 'payment', 'paid', 'price', 'value', 'cost', 'total paid',
    'fee *', '* amount', '* fee', '* paid'
  ],
  duration_seconds: ['duration', 'duration seconds', 'time taken', 'handling time', 'call duration'],
  avoidable: ['avoidable', 'avoidable contact'],
  revision: ['revision', 'version'],
  authority: ['authority', 'council', 'local authority'],
  service: ['service', 'service name', 'service type', 'request type', 'case type', 'enquiry type']
}
const OBSERVATION: Record<string, string[]> = {
  start_on: [
    'start on', 'week commencing', 'week beginning', 'week starting', 'week', 'w c', 'wc', 'month',
    'month beginning', 'quarter', 'year', 'period', 'period start', 'start date', 'from', 'date', '* commencing',
    '* beginning', '* date'
  ],
  value: [
    'value', 'figure', 'count', 'total', 'number', 'volume', 'amount', 'cost', 'quantity', '* total', 'no of *',
    'number of *'
  ],
  measure: ['measure', 'metric', 'indicator', 'kpi'],
  channel: EVENT['channel'] ?? [],
  ward: EVENT['ward'] ?? [],
  note: ['note', 'notes', 'comment', 'comments'],
  provisional: ['provisional', 'estimate', 'estimated'],
  authority: EVENT['authority'] ?? [],
  service: EVENT['service'] ?? []
}
const SYNONYMS: Record<MappingKind, Record<string, string[]>> = { event: EVENT, observation: OBSERVATION }

/** Fields that a heading may be, each with how likely: 1 the name itself, less the further down the list. */
export function fieldsHeaded (kind: MappingKind, heading: string): Map<string, number> {
  const name = fold(heading.replaceAll('_', ' '))
  return new Map(Object.entries(SYNONYMS[kind]).flatMap(([field, names]): Array<[string, number]> => {
    if (name === fold(field.replaceAll('_', ' '))) return [[field, 1]]
    const at = names.findIndex((one) => fits(one, name))
    return at === -1 ? [] : [[field, 0.9 - 0.5 * at / names.length]]
  }))
}

function fits (pattern: string, name: string): boolean {
  if (pattern.startsWith('* ')) return name.endsWith(pattern.slice(1))
  return pattern.endsWith(' *') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

/** Headings of columns that are about a person, and are left where they are. */
const PERSONAL = /\b(?:name|forename|surname|firstname|lastname|email|e mail|phone|telephone|tel|mobile|address|postcode|post code|dob|date of birth|uprn|easting|northing|latitude|longitude|customer|comments?|notes?|description)\b/
export const isPersonalHeading = (heading: string): boolean =>
  PERSONAL.test(fold(heading)) && !/\bward|service|council\b/.test(fold(heading))
