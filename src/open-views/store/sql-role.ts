import pg from 'pg'
import { OPEN_VIEWS } from '../../postgres/row-level-security.ts'
import { RightsMissing } from '../../postgres/rights-missing.ts'

/** What holds for a role; its user can change the two settings for a session, and nothing else of it. */
export interface RoleLimits { connections: number, seconds: number }

/** A role that reads the views. `connected`: sessions it has now. */
export interface Reader { name: string, madeAt: Date, exists: boolean, connected: number }

const quoted = pg.escapeIdentifier

/**
 * Makes a login role that may read the views and nothing else, or gives an existing one that and no more; whose
 * password stays then. All or nothing. Returns whether it is new. Throws `RightsMissing`, with what an administrator
 * of the database runs, where the caller may not, and where the role may do more.
 */
export async function createReader (
  client: pg.ClientBase, name: string, password: string, { connections, seconds }: RoleLimits, now: Date
): Promise<{ isNew: boolean }> {
  await mustOwnViews(client)
  const isNew = (await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name])).rowCount === 0
  if (isNew) {
    const statements = (secret: string): string => [
      `CREATE ROLE ${quoted(name)} LOGIN PASSWORD ${pg.escapeLiteral(secret)} CONNECTION LIMIT ${connections}`,
      `ALTER ROLE ${quoted(name)} SET default_transaction_read_only = on`,
      `ALTER ROLE ${quoted(name)} SET statement_timeout = '${seconds}s'`
    ].join('; ')
    await permitted(client, statements(password), statements('…'))
  }
  await mustBePlain(client, name)
  const { database, schema } = await readPlace(client)
  await client.query(`
    GRANT CONNECT ON DATABASE ${database} TO ${quoted(name)};
    GRANT USAGE ON SCHEMA ${schema} TO ${quoted(name)};
    ${OPEN_VIEWS.map((view) => `
      ALTER VIEW ${view} RESET (security_invoker);
      GRANT SELECT ON ${view} TO ${quoted(name)};`).join('')}`)
  await mustReadNothingElse(client, name)
  await client.query(
    'INSERT INTO open_reader VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET made_at = excluded.made_at', [name, now])
  return { isNew }
}

/**
 * Takes its rights away, ends its sessions and removes it. `left`: it is still there and may do nothing, since the
 * caller may remove no role; `none`: there is none of that name that reads the views.
 */
export async function dropReader (client: pg.ClientBase, name: string): Promise<'gone' | 'left' | 'none'> {
  const { rowCount } = await client.query('DELETE FROM open_reader WHERE name = $1', [name])
  if (rowCount === 0) return 'none'
  if ((await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name])).rowCount === 0) return 'gone'
  const { database, schema } = await readPlace(client)
  await client.query(`
    ${OPEN_VIEWS.map((view) => `REVOKE ALL ON ${view} FROM ${quoted(name)};`).join('')}
    REVOKE ALL ON SCHEMA ${schema} FROM ${quoted(name)};
    REVOKE ALL ON DATABASE ${database} FROM ${quoted(name)};
    SAVEPOINT removing`)
  try {
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [name])
    await client.query(`DROP ROLE ${quoted(name)}`)
    return 'gone'
  } catch (error) {
    if (!isDenied(error)) throw error
    await client.query('ROLLBACK TO SAVEPOINT removing')
    return 'left'
  }
}

/** The names of the database and the schema, as SQL has them. */
async function readPlace (client: pg.ClientBase): Promise<{ database: string, schema: string }> {
  const { rows: [place] } = await client.query<{ database: string, schema: string }>(
    'SELECT quote_ident(current_database()) AS database, quote_ident(current_schema()) AS schema')
  return place ?? { database: '', schema: '' }
}

const isDenied = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '42501'

export async function readReaders (client: pg.ClientBase): Promise<Reader[]> {
  const { rows } = await client.query<Reader>(`
    SELECT name, made_at AS "madeAt", EXISTS (SELECT FROM pg_roles WHERE rolname = name) AS exists,
      (SELECT count(*) FROM pg_stat_activity WHERE usename = name) AS connected
    FROM open_reader ORDER BY name`)
  return rows
}

async function mustOwnViews (client: pg.ClientBase): Promise<void> {
  const { rows: [found] } = await client.query<{ me: string, owner: string, may: boolean }>(`
    SELECT current_user AS me, pg_get_userbyid(relowner) AS owner, pg_has_role(relowner, 'USAGE') AS may
    FROM pg_class WHERE oid = 'open_series'::regclass`)
  if (found?.may === true) return
  throw new RightsMissing(
    `The user ${found?.me ?? ''} of the database does not own the views: run this as their owner, ${found?.owner ?? ''}`
  )
}

/** Runs what takes a right to make roles. `shown`: the statements without their secret. */
async function permitted (client: pg.ClientBase, statements: string, shown: string): Promise<void> {
  try {
    await client.query(statements)
  } catch (error) {
    if (!isDenied(error)) throw error
    throw new RightsMissing(
      `The user of the database may not make roles: let an administrator of the database run ${shown}; ` +
        'and run this again'
    )
  }
}

async function mustBePlain (client: pg.ClientBase, name: string): Promise<void> {
  const { rows: [role] } = await client.query<{ more: boolean }>(`
    SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR EXISTS (
      SELECT FROM pg_auth_members WHERE member = pg_roles.oid) AS more
    FROM pg_roles WHERE rolname = $1`, [name])
  if (role?.more === false) return
  throw new RightsMissing(
    `The role ${name} may do more than read, or is a member of other roles: take another name, or a role without these`
  )
}

/** Everything of the database that a role has a right to, but for the views and what extensions brought. */
const ELSE = `
  SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND NOT (n.nspname = current_schema() AND c.relname = ANY ($2))
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e')
    AND has_schema_privilege($1, n.oid, 'USAGE') AND CASE c.relkind
      WHEN 'S' THEN has_sequence_privilege($1, c.oid, 'USAGE, SELECT, UPDATE')
      ELSE has_table_privilege($1, c.oid, 'DELETE, TRUNCATE, TRIGGER')
        OR has_any_column_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END
  UNION ALL
  SELECT 'CREATE ON SCHEMA ' || nspname FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND has_schema_privilege($1, oid, 'CREATE')
  UNION ALL
  SELECT 'CREATE ON DATABASE ' || current_database() WHERE has_database_privilege($1, current_database(), 'CREATE')
  ORDER BY 1`

// What PUBLIC may do the role may do: a database of Postgres 14 or older lets everybody make tables, even after an
// upgrade, and somebody may have granted a table to all.
async function mustReadNothingElse (client: pg.ClientBase, name: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(ELSE, [name, OPEN_VIEWS])
  if (rows.length === 0) return
  const [some, more] = [rows.slice(0, 5).map((row) => row.name).join(', '), rows.length - 5]
  throw new RightsMissing(
    `The role ${name} would have rights to more than the views: ${some}${more > 0 ? ` and ${more} more` : ''}; ` +
      'revoke them from it, or from PUBLIC (REVOKE … FROM PUBLIC), and run this again'
  )
}
