import { formatUtc } from '../utc-instant.ts'
import { startOfPeriod, UTC_PERIODS } from '../utc-period.ts'
import type { Published } from '../../disclosure/gate.ts'
import { queryBuilderOn, type Database } from '../../postgres/database.ts'
import type { RequestPool } from '../../postgres/scoped.ts'
import { fieldNames, streamRecords, type RawQuery, type RawRow } from '../store/raw.ts'
import type { RecordRelation } from '../store/relation.ts'
import { conditionOf } from './conditions.ts'
import type { DataQuery } from './data-query.ts'

const PERIOD_KEYS = UTC_PERIODS.map((period) => ({ period, key: `_${period}_start_at` }))
const COLUMNS: Record<string, 'at' | 'id' | 'updatedAt'> = {
  _id: 'id',
  _timestamp: 'at',
  _updated_at: 'updatedAt',
  ...Object.fromEntries(PERIOD_KEYS.map(({ key }) => [key, 'at' as const]))
}

const BATCH = 200

/** The records of a raw query, some at a time, one JSON text each, read as they are needed. */
export async function * recordTexts (
  database: Pick<Database, 'db' | 'downloads'>, relation: Published<RecordRelation>, query: DataQuery
): AsyncGenerator<string[]> {
  const toText = recordWriter()
  let batch: string[] = []
  for await (const row of await streamRecords(database, relation, toStore(query))) {
    if (batch.push(toText(row as RawRow)) < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** The columns of the same records as a table. */
export async function recordColumns (
  pool: RequestPool, relation: Published<RecordRelation>, query: DataQuery
): Promise<string[]> {
  const own = ['_id', '_timestamp', '_updated_at', ...PERIOD_KEYS.map(({ key }) => key)]
  return [...own, ...await fieldNames(queryBuilderOn(pool.within(relation.scope)), relation, toStore(query))].sort()
}

function toStore ({ startAt, endAt, inclusive, filters, sortBy, limit }: DataQuery): RawQuery {
  const column = sortBy && COLUMNS[sortBy.field]
  return {
    range: { from: startAt, before: endAt, inclusive },
    conditions: filters.map(conditionOf),
    sortBy: sortBy &&
      { field: column === undefined ? { name: sortBy.field } : { column }, descending: sortBy.descending },
    limit
  }
}

// Spliced as text: a million rows need not be parsed, and their numbers stay spelt as they were sent. Rows that follow
// one another are mostly of the same hour, which all their periods begin with.
function recordWriter (): (row: RawRow) => string {
  let [hour, periods] = ['', '']
  return ({ id, at, updated_at: updatedAt, body }) => {
    let own = `{"_id":${JSON.stringify(id)}`
    if (updatedAt !== null) own += `,"_updated_at":"${wireText(updatedAt)}"`
    if (at !== null) {
      if (at.slice(0, 13) !== hour) {
        hour = at.slice(0, 13)
        const instant = Date.parse(`${hour}:00:00Z`)
        periods = PERIOD_KEYS.map(({ period, key }) => `,"${key}":"${formatUtc(startOfPeriod(period, instant))}"`)
          .join('')
      }
      own += `,"_timestamp":"${wireText(at)}"${periods}`
    }
    return body === '{}' ? `${own}}` : `${own},${body.slice(1)}`
  }
}

const wireText = (iso: string): string => `${iso.endsWith('.000000') ? iso.slice(0, 19) : iso}+00:00`
