/** A migration could not be run; nothing was changed. The message says which, why, and what to do. */
export class MigrationFailed extends Error {
  constructor (name: string, { reason, cause }: { reason: string, cause: unknown }) {
    const { code } = cause as { code?: string }
    super(
      `Migration ${name} failed, and the database is as it was: ${reason}. ${ADVICE[code ?? ''] ?? USUAL}`, { cause }
    )
  }
}

const USUAL = 'Mend that and start again, or start the version that you had; please report it with this message.'
const ADVICE: Record<string, string> = {
  42501: 'Give the user of DATABASE_URL the right to change the tables, or make it their owner, and start again.',
  53100: 'Make room on the disk of the database and start again.',
  25006: 'Point DATABASE_URL at the primary server, not at a standby, and start again.',
  '55P03': 'Another transaction holds a lock on a table: end it and start again.'
}
