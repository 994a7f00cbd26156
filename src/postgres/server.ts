/** A server or a database on which the service does not run, in one sentence. */
export class UnusableServer extends Error {}

export interface Server {
  /** As `server_version_num`: 180003. */
  number: number
  encoding: string
  /** Whether a connection has the settings that it asked for. */
  hasSettings: boolean
}

const OLDEST = 15

export const TOO_OLD = `the database is of a Postgres before ${OLDEST}: upgrade it to ${OLDEST} or newer`
export const POOLED =
  'a pooler stands before the database, and does not keep the settings of connections: connect to Postgres itself'

/** Throws `UnusableServer`. */
export function refuseServer ({ number, encoding, hasSettings }: Server): void {
  if (number < OLDEST * 10_000) throw new UnusableServer(TOO_OLD)
  if (encoding !== 'UTF8') {
    throw new UnusableServer(
      `the encoding of the database is ${encoding}, which cannot hold every text: make one with CREATE DATABASE … ` +
        "ENCODING 'UTF8' TEMPLATE template0"
    )
  }
  if (!hasSettings) throw new UnusableServer(POOLED)
}
