import { ShippedFilesError } from './catalogue/load/problems.ts'
import { ConfigError } from './config.ts'
import { NoBinaries } from './embedded-postgres/binaries.ts'
import { DirectoryInUse } from './embedded-postgres/directory-lock.ts'
import { DirectoryUnusable } from './embedded-postgres/unusable.ts'
import { CannotListen } from './http/door.ts'
import { ClusterRefused } from './postgres/cluster/refusals.ts'
import { NotInTime } from './postgres/await-database.ts'
import { isDatabaseUnavailable, reasonOf } from './postgres/failures.ts'
import { ForeignSchema, NotMigrated } from './postgres/foreign-schema.ts'
import { MigrationFailed } from './postgres/migration-failed.ts'
import { refusalOf } from './postgres/refusals.ts'
import { RightsMissing } from './postgres/rights-missing.ts'
import { UnusableServer } from './postgres/server.ts'

/** Those that say in one sentence what is wrong and what to do. */
const SENTENCES = [
  CannotListen, ClusterRefused, ConfigError, DirectoryInUse, DirectoryUnusable, ForeignSchema, MigrationFailed,
  NoBinaries, NotInTime, NotMigrated, RightsMissing, ShippedFilesError, UnusableServer
]

/**
 * Why the service or a command could not start, for whoever started it: a sentence without a stack for all that they
 * can mend, a system's error as it says itself what it could not do. Never a password.
 */
export function sentenceOf (error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (SENTENCES.some((kind) => error instanceof kind)) return error.message
  const refusal = refusalOf(error)
  if (refusal !== undefined) return refusal
  if (isDatabaseUnavailable(error)) return `${reasonOf(error)}; see to the database and start again`
  const { syscall, message, stack } = error as NodeJS.ErrnoException
  return syscall !== undefined ? message : stack ?? message
}
