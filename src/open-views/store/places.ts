import type pg from 'pg'
import { formatDay } from '../../domain/calendar.ts'
import { inTransactionOn } from '../../postgres/transaction.ts'
import type { KpiRow } from '../kpi-rows.ts'
import type { SeriesRow } from '../series-rows.ts'

type Client = pg.Pool | pg.ClientBase

/** An authority and one of its services; when it was last worked out, and of what state: undefined where never. */
export interface Place { authorityId: number, serviceId: number, workedOutAt?: Date, state?: string }

/** Whether anybody reads the views. */
export async function hasReaders (client: Client): Promise<boolean> {
  return (await client.query('SELECT FROM open_reader LIMIT 1')).rowCount === 1
}

/** How often rules of publication and disclosure changed, of all authorities together. */
export async function readRuleChanges (client: Client): Promise<string> {
  const { rows: [row] } = await client.query<{ changes: string }>(
    'SELECT coalesce(sum(changes), 0)::text AS changes FROM open_rules')
  return row?.changes ?? ''
}

/** Every authority and service that anything came for, the one that was worked out longest ago first. */
export async function readPlaces (client: Client): Promise<Place[]> {
  const { rows } = await client.query<{
    authorityId: number, serviceId: number, workedOutAt: Date | null, state: string | null
  }>(`
    SELECT authority_id AS "authorityId", service_id AS "serviceId", worked_out_at AS "workedOutAt", state FROM (
      SELECT authority_id, service_id FROM series_state
      UNION SELECT authority_id, service_id FROM rollup_pending
    ) AS place LEFT JOIN open_worked USING (authority_id, service_id)
    WHERE authority_id > 0 AND service_id > 0 ORDER BY worked_out_at NULLS FIRST, 1, 2`)
  return rows.map(({ authorityId, serviceId, workedOutAt, state }) => ({
    authorityId, serviceId, ...(workedOutAt !== null && state !== null && { workedOutAt, state })
  }))
}

/** Ids of the measures that figures came of, and the first day of any of them. */
export async function readObserved (
  client: Client, { authorityId, serviceId }: Place
): Promise<{ measureIds: number[], first: string | null }> {
  const { rows: [row] } = await client.query<{ measureIds: number[], first: string | null }>(
    `SELECT coalesce(array_agg(DISTINCT measure_id), '{}') AS "measureIds", min(start_on) AS first FROM observation
    WHERE authority_id = $1 AND service_id = $2`,
    [authorityId, serviceId]
  )
  return row ?? { measureIds: [], first: null }
}

/** Of which types of event, and of which KPIs and periods (`<kpi> <period>`), there are rows. */
export async function readBegun (client: Client, { authorityId, serviceId }: Place): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT type AS name FROM open_series_row WHERE authority_id = $1 AND service_id = $2
    UNION ALL
    SELECT DISTINCT kpi || ' ' || period FROM open_kpi_row WHERE authority_id = $1 AND service_id = $2`,
    [authorityId, serviceId]
  )
  return new Set(rows.map(({ name }) => name))
}

const RULES_OF = 'SELECT changes FROM open_rules WHERE authority_id IN (0, $1) ORDER BY authority_id'

/** Names the rules that hold for an authority now; has a row for each of them, so that `writePlace` can hold them. */
export async function noteRules (client: pg.ClientBase, authorityId: number): Promise<string> {
  await client.query(
    'INSERT INTO open_rules SELECT id, 0 FROM unnest(ARRAY[0, $1]::int2[]) AS of(id) ON CONFLICT DO NOTHING',
    [authorityId]
  )
  const { rows } = await client.query<{ changes: string }>(RULES_OF, [authorityId])
  return JSON.stringify(rows)
}

/** Rows of a place; they take the place of those that begin on `from` or later. */
export interface Worked { from: number, series: readonly SeriesRow[], kpis: readonly KpiRow[] }

export interface Written {
  place: Place
  /** As `noteRules` named them before anything was worked out. */
  rules: string
  state: string
  at: Date
  /** Undefined: all rows are as they were. */
  worked: Worked | undefined
}

/** Writes it in one transaction. Returns false, with nothing written, where the rules have changed meanwhile. */
export async function writePlace (client: pg.PoolClient, written: Written): Promise<boolean> {
  const { place: { authorityId, serviceId }, rules, state, at, worked } = written
  return await inTransactionOn(client, async () => {
    // Whoever changes a rule waits here for the commit, and takes these rows away then.
    const { rows } = await client.query(`${RULES_OF} FOR SHARE`, [authorityId])
    if (JSON.stringify(rows) !== rules) return false
    if (worked !== undefined) await writeRows(client, [authorityId, serviceId, formatDay(worked.from)], worked)
    await client.query(
      `INSERT INTO open_worked VALUES ($1, $2, $3, $4) ON CONFLICT (authority_id, service_id)
      DO UPDATE SET state = excluded.state, worked_out_at = excluded.worked_out_at`,
      [authorityId, serviceId, state, at]
    )
    return true
  })
}

async function writeRows (client: pg.ClientBase, place: unknown[], { series, kpis }: Worked): Promise<void> {
  for (const statement of [REMOVE_SERIES, WRITE_SERIES]) await client.query(statement, [...place, json(series)])
  for (const statement of [REMOVE_KPIS, WRITE_KPIS]) await client.query(statement, [...place, json(kpis)])
}

const json = (rows: readonly unknown[]): string => JSON.stringify(rows)

// Most of what is worked out anew is as it was: only what differs is written.
function statements (table: string, key: string[], rest: Record<string, string>): [remove: string, write: string] {
  const names = Object.keys(rest)
  const recordset = `jsonb_to_recordset($4::jsonb) AS new(${
    [...key.map((name) => `${name} ${name.endsWith('_on') ? 'date' : 'text'}`),
      ...names.map((name) => `${name} ${rest[name]}`)].join(', ')})`
  const old = names.map((name) => `old.${name}`).join(', ')
  const excluded = names.map((name) => `excluded.${name}`).join(', ')
  return [
    `DELETE FROM ${table} AS old WHERE authority_id = $1 AND service_id = $2 AND ${key[START]} >= $3::date
      AND NOT EXISTS (SELECT FROM ${recordset} WHERE ${key.map((name) => `new.${name} = old.${name}`).join(' AND ')})`,
    `INSERT INTO ${table} AS old (authority_id, service_id, ${[...key, ...names].join(', ')})
      SELECT $1::int2, $2::int2, ${[...key, ...names].map((name) => `new.${name}`).join(', ')} FROM ${recordset}
      WHERE ${key[START]} >= $3::date
      ON CONFLICT (authority_id, service_id, ${key.join(', ')})
      DO UPDATE SET (${names.join(', ')}) = ROW(${excluded})
      WHERE (${old}) IS DISTINCT FROM (${excluded})`
  ]
}

/** Which column of a key is the first day. */
const START = 0
const [REMOVE_SERIES, WRITE_SERIES] = statements(
  'open_series_row',
  ['from_on', 'type', 'period', 'breakdown', 'channel', 'outcome'],
  { figures: 'bigint[]', statuses: 'text[]' }
)
const [REMOVE_KPIS, WRITE_KPIS] = statements('open_kpi_row', ['start_on', 'kpi', 'period'], {
  end_on: 'date',
  value: 'float8',
  unit: 'text',
  numerator: 'float8',
  denominator: 'float8',
  status: 'text',
  reason: 'text',
  coverage: 'float8',
  target_at_least: 'float8',
  target_at_most: 'float8',
  met: 'boolean',
  definition_version: 'integer'
})
