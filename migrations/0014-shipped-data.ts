import { sql, type Kysely } from 'kysely'

/**
 * Solihull's wards of 7 May 2026 get their real codes and names in place of ours. Two of ours are no one ward of the
 * real ones: they stay for what was reported of them, and are found no more. Every statement that writes areas leaves
 * a row, by whose number a service sees that it need not read sixteen thousand areas again. A row each and no counter:
 * writers would wait for one another at a counter until they commit.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    UPDATE area SET code = real.code, slug = real.slug, name = real.name, provisional_code = false
    FROM (VALUES
      ('arden', 'E05016426', 'meriden-arden', 'Meriden & Arden'),
      ('balsall-and-berkswell', 'E05016416', 'balsall-berkswell', 'Balsall & Berkswell'),
      ('blythe', 'E05016417', 'blythe', 'Blythe'),
      ('castle-bromwich', 'E05016418', 'castle-bromwich', 'Castle Bromwich'),
      ('chelmsley-wood', 'E05016419', 'chelmsley-wood', 'Chelmsley Wood'),
      ('dorridge-and-hockley-heath', 'E05016420', 'dorridge-hockley-heath', 'Dorridge & Hockley Heath'),
      ('elmdon', 'E05016421', 'elmdon', 'Elmdon'),
      ('knowle', 'E05016424', 'knowle', 'Knowle'),
      ('lyndon', 'E05016425', 'lyndon', 'Lyndon'),
      ('olton', 'E05016427', 'olton', 'Olton'),
      ('sharmans-cross', 'E05016428', 'shirley-east-sharmans-cross', 'Shirley East & Sharmans Cross'),
      ('shirley-south', 'E05016429', 'shirley-south', 'Shirley South'),
      ('shirley-west', 'E05016430', 'shirley-west', 'Shirley West'),
      ('silhill', 'E05016431', 'silhill', 'Silhill'),
      ('st-alphege-and-monkspath', 'E05016432', 'st-alphege-with-monkspath-hillfield',
        'St Alphege with Monkspath & Hillfield')
    ) AS real(ours, code, slug, name)
    WHERE area.code = 'solihull-' || real.ours || '-2026' AND area.provisional_code
      AND NOT EXISTS (SELECT FROM area there WHERE there.code = real.code);

    UPDATE area SET removed_at = now()
    WHERE provisional_code AND code IN ('solihull-kingshurst-and-fordbridge-2026', 'solihull-smiths-wood-2026');

    CREATE TABLE area_write (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY);
    INSERT INTO area_write DEFAULT VALUES;
    CREATE FUNCTION note_area_write () RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO area_write DEFAULT VALUES;
        RETURN NULL;
      END
    $$;
    CREATE TRIGGER area_written AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON area
      FOR EACH STATEMENT EXECUTE FUNCTION note_area_write()`.execute(db)
}
