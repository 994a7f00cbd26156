/** The data directory cannot be used as it is, in one sentence for whoever started the service. */
export class DirectoryUnusable extends Error {}

const FULL = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/
const UNWRITABLE = /EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOENT(?=.* mkdir)|Permission denied|Operation not permitted|Read-only file system/

/**
 * Says in a sentence why nothing can be kept in `directory`, if `said` (by the system or by a program of Postgres) has
 * a known reason; undefined otherwise.
 */
export function unusable (directory: string, said: string): DirectoryUnusable | undefined {
  if (FULL.test(said)) {
    return new DirectoryUnusable(`the disk of DATA_DIR (${directory}) is full; free 200 MB or more and start again`)
  }
  const [reason] = UNWRITABLE.exec(said) ?? []
  return reason === undefined
    ? undefined
    : new DirectoryUnusable(
      `DATA_DIR (${directory}) cannot be written to (${reason}); set it to a folder that this user may write to`
    )
}
