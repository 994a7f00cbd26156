import { sql, type RawBuilder } from 'kysely'
import { isSpeltNumber } from '../../json/exact-json.ts'

/**
 * Which kinds of values the fields of a data set's records have, or once had: keys such as `string channel`. A
 * query looks here once instead of at each of a million values.
 */
export type Kinds = Record<string, 1>

const KINDS = ['string', 'number', 'boolean', 'null'] as const
export type Kind = typeof KINDS[number]

export function kindsOf (bodies: Array<Record<string, unknown>>): Kinds {
  const kinds: Kinds = {}
  for (const body of bodies) {
    for (const [field, value] of Object.entries(body)) kinds[`${kindOf(value)} ${field}`] = 1
  }
  return kinds
}

function kindOf (value: unknown): Kind {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'number' || isSpeltNumber(value) ? 'number' : 'null'
}

/**
 * A statement that adds kinds to those known. Where a sender has too many fields, forgets all: nothing is known then.
 */
export function addKinds (dataSetId: number, kinds: Kinds): RawBuilder<unknown> {
  const added = sql`${JSON.stringify(kinds)}::jsonb`
  return sql`
    UPDATE data_set_version
    SET kinds = CASE WHEN length((kinds || ${added})::text) < 65536 THEN kinds || ${added} END
    WHERE data_set_id = ${dataSetId} AND NOT kinds @> ${added}`
}

/** Whether all values of a field are known to be of these kinds; SQL evaluates it once a statement. */
export function hasOnly (dataSetId: number, field: string, ...allowed: Kind[]): RawBuilder<unknown> {
  const others = KINDS.filter((kind) => !allowed.includes(kind)).map((kind) => `${kind} ${field}`)
  return sql`(SELECT NOT kinds ?| ${others}::text[] FROM data_set_version WHERE data_set_id = ${dataSetId})`
}
