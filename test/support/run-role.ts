import { openDatabase } from '../../src/postgres/database.ts'
import { grantToRunRoles } from '../../src/postgres/run-role.ts'
import type { Tables } from '../../src/postgres/tables.ts'
import { onServer } from './postgres.ts'

const [ROLE, PASSWORD] = ['lpp_app_of_the_tests', 'of-the-tests']

/** A user who may run the service on a database, and owns nothing of it: the database's URL for that user. */
export async function runRoleOn (owner: string): Promise<string> {
  await onServer(owner, async (client) => {
    // Roles are of the whole cluster, and another test may be at this very point.
    await client.query(`DO $$ BEGIN CREATE ROLE ${ROLE} LOGIN PASSWORD '${PASSWORD}';
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`)
  })
  const database = openDatabase({ connectionString: owner, size: 1, onConnectionLost: () => undefined })
  try {
    await database.db.transaction().execute(async (trx) => await grantToRunRoles<Tables>(trx, ROLE))
  } finally {
    await database.close()
  }
  return Object.assign(new URL(owner), { username: ROLE, password: PASSWORD }).href
}
