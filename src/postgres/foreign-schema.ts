/**
 * The database was made by another version of the service, older or newer, on whose schema this one does not run; it is
 * left as it is.
 */
export class ForeignSchema extends Error {
  constructor (migration: string) {
    super(
      `Another version of the service made this database (it has the migration ${migration}, which this version does ` +
        'not know), and nothing was changed: set DATABASE_URL or DATA_DIR to an empty database, or start the version ' +
        'that made this one'
    )
  }
}

/** The database is not as this version needs it, and this process is told not to change that (`MIGRATE=false`). */
export class NotMigrated extends Error {
  constructor (what: string) {
    super(`${what}, and MIGRATE is false: run \`npm run migrate\` as the owner of the database, then start again`)
  }
}
