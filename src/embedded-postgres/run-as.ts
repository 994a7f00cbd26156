import { execFileSync } from 'node:child_process'
import { chownSync } from 'node:fs'

/** How a Postgres program is started: perhaps through another command, perhaps as another user. */
export interface RunAs {
  command: (program: string, args: string[]) => [string, string[]]
  user: { uid: number, gid: number } | undefined
}

const DIRECT: RunAs = { command: (program, args) => [program, args], user: undefined }

// Inside the namespace root is `nobody` (initdb wants a user with a name), so Postgres accepts it, and outside it still
// owns its files: a data directory below a folder that only root may enter (a `mktemp -d`, say) works.
const NAMESPACE = ['--user', '--map-user=65534', '--map-group=65534']
const IN_NAMESPACE: RunAs = {
  command: (program, args) => ['unshare', [...NAMESPACE, '--', program, ...args]],
  user: undefined
}

/**
 * Postgres refuses to run as root. Root therefore runs it in a user namespace or, where the kernel forbids that
 * (most containers), as the user `postgres`, which is created if need be and must be given the data directory.
 */
export function runAs (): RunAs {
  if (process.getuid?.() !== 0) return DIRECT
  if (succeeds('unshare', [...NAMESPACE, '--', 'true'])) return IN_NAMESPACE
  if (!succeeds('id', ['postgres'])) {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'])
  }
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres']))) as [number, number]
  return { ...DIRECT, user: { uid, gid } }
}

/** Lets that user have a file or folder, where it is another. */
export function giveTo ({ user }: RunAs, path: string): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid)
}

function succeeds (command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
