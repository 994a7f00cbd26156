import { sql, type Kysely } from 'kysely'
import { singleServerFunctions } from '../src/postgres/cluster/functions.ts'
import { protectRows } from '../src/postgres/row-level-security.ts'

/**
 * What lets rows of an authority lie together on one of several nodes (docs/scaling.md): a receipt says whose it is,
 * and what is done in another way there is done by functions.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE receipt ADD COLUMN owner_id smallint; -- the source's authority, as of events
    -- A sandbox has the ids of its source and authority with the other sign.
    UPDATE receipt SET owner_id = sign(source_id) * authority_id FROM source WHERE source.id = abs(source_id);
    UPDATE receipt SET owner_id = 0 WHERE owner_id IS NULL; -- of a source that is gone
    ALTER TABLE receipt ALTER owner_id SET NOT NULL;

    -- The release before says no owner.
    CREATE FUNCTION receipt_owner() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      NEW.owner_id := coalesce(
        (SELECT sign(NEW.source_id) * authority_id FROM source WHERE id = abs(NEW.source_id)), 0);
      RETURN NEW;
    END $$;
    CREATE TRIGGER receipt_owner BEFORE INSERT ON receipt
      FOR EACH ROW WHEN (NEW.owner_id IS NULL) EXECUTE FUNCTION receipt_owner();

    -- On several nodes: a row on each of them, by which it is asked how far it has come.
    CREATE TABLE node_probe (id smallint PRIMARY KEY);
    INSERT INTO node_probe VALUES (0)`.execute(db)
  await sql.raw(singleServerFunctions()).execute(db)
  await protectRows(db)
}
