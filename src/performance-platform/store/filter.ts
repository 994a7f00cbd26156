import { sql, type RawBuilder } from 'kysely'
import type { RecordRelation } from './relation.ts'

/** What a filter has to hold of a record. The caller knows which fields are internal and what they mean. */
export type Condition =
  | { kind: 'equals', field: string, values: string[] }
  | { kind: 'starts-with', field: string, prefix: string }
  | { kind: 'id', value: string, prefix: boolean }
  | { kind: 'time', column: 'at' | 'updatedAt', from: string, before: string }
  | { kind: 'never' }

/** `values` are JSON texts, any of which will do. */
export function conditionSql (relation: RecordRelation, condition: Condition): RawBuilder<unknown> {
  switch (condition.kind) {
    case 'equals': return sql`${relation.field(condition.field)} = ANY (${condition.values}::jsonb[])`
    case 'starts-with': {
      const value = relation.field(condition.field)
      return sql`(jsonb_typeof(${value}) = 'string' AND starts_with((${value}) #>> '{}', ${condition.prefix}::text))`
    }
    case 'id': return condition.prefix
      ? sql`starts_with(${relation.id}, ${condition.value}::text)`
      : sql`${relation.id} = ${condition.value}::text`
    case 'time': {
      const column = relation[condition.column]
      return sql`(${column} >= ${condition.from}::timestamptz AND ${column} < ${condition.before}::timestamptz)`
    }
    case 'never': return sql`FALSE`
  }
}

export function allOf (conditions: Array<RawBuilder<unknown>>): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`TRUE` : sql.join(conditions, sql` AND `)
}
