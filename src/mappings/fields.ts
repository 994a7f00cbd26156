import type { MappingKind } from './schema.ts'

/** What a cell of a field becomes. */
export type FieldType = 'id' | 'instant' | 'day' | 'integer' | 'boolean' | 'word' | 'channel' | 'text' | 'attribute'

const EVENT: Record<string, FieldType> = {
  id: 'id',
  type: 'word',
  authority: 'text',
  service: 'text',
  occurred_at: 'instant',
  channel: 'channel',
  outcome: 'word',
  count: 'integer',
  ward: 'text',
  street: 'integer',
  amount_pence: 'integer',
  duration_seconds: 'integer',
  provider: 'text',
  avoidable: 'boolean',
  revision: 'integer'
}
const OBSERVATION: Record<string, FieldType> = {
  authority: 'text',
  service: 'text',
  measure: 'text',
  period: 'word',
  start_on: 'day',
  end_on: 'day',
  channel: 'channel',
  ward: 'text',
  value: 'integer',
  provisional: 'boolean',
  note: 'text',
  revision: 'integer'
}
export const FIELDS: Record<MappingKind, Record<string, FieldType>> = { event: EVENT, observation: OBSERVATION }

export const REQUIRED: Record<MappingKind, readonly string[]> = {
  event: ['id', 'authority', 'service', 'occurred_at'],
  observation: ['authority', 'service', 'measure', 'period', 'start_on', 'value']
}

/** By which a row is known: a totals row has none of them. */
export const IDENTITY: Record<MappingKind, readonly string[]> = {
  event: ['id', 'occurred_at'], observation: ['start_on']
}

/** `attributes.reason`: the attribute's name. */
export const attributeOf = (field: string): string | undefined => /^attributes\.([a-z][a-z0-9_]{0,39})$/.exec(field)?.[1]

export function fieldType (kind: MappingKind, field: string): FieldType | undefined {
  if (kind === 'event' && attributeOf(field) !== undefined) return 'attribute'
  return Object.hasOwn(FIELDS[kind], field) ? FIELDS[kind][field] : undefined
}

/** `attributes.reason` as a pointer into a row. */
export const pointerOf = (field: string): string => `/${field.replace('.', '/')}`
