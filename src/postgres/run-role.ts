import { sql, type Kysely } from 'kysely'
import { lockMigrations } from './migration-lock.ts'
import { RightsMissing } from './rights-missing.ts'
import { REQUEST_ROLE } from './request-role.ts'
import { lockTables, MAY_TAKE_ON } from './row-level-security.ts'

/** What the service never writes: what the owner notes of migrations and the shipped catalogue, the key of releases. */
const READ_ONLY = [
  'kysely_migration', 'kysely_migration_lock', 'expanding_migration', 'catalogue_edition', 'release_key'
]
/** Lines are added and never changed. */
const APPEND_ONLY = ['audit']

const POLICY = 'of_the_service'

/**
 * Gives whoever runs the service without owning its tables what that takes, and no more: `role`, and those that were
 * given it before, so that what a migration made is theirs too. Throws `RightsMissing`, with what an administrator of
 * the database runs.
 */
export async function grantToRunRoles<T> (trx: Kysely<T>, role?: string): Promise<void> {
  await lockMigrations(trx)
  const { rows: [found] } = await sql<{ owner: string, roles: string[] }>`
    SELECT current_user AS owner, ARRAY(
      SELECT DISTINCT rolname::text FROM pg_policy JOIN pg_roles ON pg_roles.oid = ANY (polroles)
      WHERE polname = ${POLICY} AND rolname <> current_user) AS roles`.execute(trx)
  const given = role === undefined || role === found?.owner ? [] : [role]
  const roles = [...new Set([...found?.roles ?? [], ...given])].sort()
  if (roles.length === 0) return
  for (const one of roles) await mustTakeOn(trx, one)
  const names = roles.map((one) => `"${one}"`).join(', ')
  await sql.raw(await statementsFor(trx, names)).execute(trx)
  await admit(trx, roles, names)
}

async function statementsFor<T> (trx: Kysely<T>, names: string): Promise<string> {
  const { rows } = await sql<{ name: string, kind: string, schema: string }>`
    SELECT quote_ident(relname) AS name, relkind AS kind, quote_ident(current_schema()) AS schema FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'S')`.execute(trx)
  const grants = rows.map(({ name, kind }) => `GRANT ${rightsTo(name, kind)} ON ${name} TO ${names}`)
  return [`GRANT USAGE ON SCHEMA ${rows[0]?.schema ?? 'public'} TO ${names}`, ...grants].join(';\n')
}

function rightsTo (name: string, kind: string): string {
  if (kind === 'S') return 'USAGE'
  if (kind === 'v' || READ_ONLY.includes(name)) return 'SELECT'
  return APPEND_ONLY.includes(name) ? 'SELECT, INSERT' : 'SELECT, INSERT, UPDATE, DELETE'
}

// Who is neither the owner nor named by a policy sees no row of a table that has one.
async function admit<T> (trx: Kysely<T>, roles: string[], names: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    SELECT quote_ident(relname) AS name FROM pg_class AS one
    WHERE relnamespace = current_schema()::regnamespace AND relrowsecurity AND NOT EXISTS (
      SELECT FROM pg_policy WHERE polrelid = one.oid AND polname = ${POLICY} AND ${roles} = ARRAY(
        SELECT rolname::text FROM pg_roles WHERE pg_roles.oid = ANY (polroles) ORDER BY rolname::text COLLATE "C"))`
    .execute(trx)
  if (rows.length === 0) return
  await lockTables(trx, rows.map(({ name }) => name))
  await sql.raw(rows.map(({ name }) => `
    DROP POLICY IF EXISTS ${POLICY} ON ${name};
    CREATE POLICY ${POLICY} ON ${name} TO ${names} USING (true) WITH CHECK (true)`).join(';')).execute(trx)
}

async function mustTakeOn<T> (trx: Kysely<T>, role: string): Promise<void> {
  const look = async () => (await sql<{ may: boolean }>`
    SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ${REQUEST_ROLE} AND ${MAY_TAKE_ON('member.oid')}) AS may
    FROM pg_roles AS member WHERE rolname = ${role}`.execute(trx)).rows[0]
  const before = await look()
  if (before === undefined) {
    throw new RightsMissing(
      `There is no role ${role} (RUN_ROLE) in the database: let an administrator of the database run ` +
        `CREATE ROLE "${role}" LOGIN PASSWORD '…'; GRANT ${REQUEST_ROLE} TO "${role}"; and migrate again`
    )
  }
  if (before.may) return
  const grant = `GRANT ${REQUEST_ROLE} TO "${role}"`
  await sql.raw(`
    DO $$ BEGIN
      ${grant};
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END $$`).execute(trx)
  if ((await look())?.may === true) return
  throw new RightsMissing(
    `The user of DATABASE_URL may not let ${role} (RUN_ROLE) take on the role of requests: let an administrator of ` +
      `the database run ${grant}; and migrate again`
  )
}

/** Throws `RightsMissing` where this user would see no rows, or may not write any. */
export async function checkRights<T> (db: Kysely<T>): Promise<void> {
  const { rows: [found] } = await sql<{ name: string, sees: boolean, writes: boolean, may: boolean }>`
    SELECT current_user AS name, has_table_privilege('event', 'INSERT') AS writes,
      EXISTS (SELECT FROM pg_roles WHERE rolname = ${REQUEST_ROLE} AND ${MAY_TAKE_ON('current_user')}) AS may,
      NOT row_security_active('event') OR EXISTS (
        SELECT FROM pg_policy JOIN pg_roles ON pg_roles.oid = ANY (polroles)
        WHERE polname = ${POLICY} AND polrelid = 'event'::regclass AND pg_has_role(current_user, pg_roles.oid, 'USAGE')
      ) AS sees`.execute(db)
  if (found === undefined || (found.sees && found.writes && found.may)) return
  throw new RightsMissing(
    `The user ${found.name} of the database has not the rights to run the service: run ` +
      `\`RUN_ROLE=${found.name} npm run migrate\` as the owner of the database, then start again`
  )
}
