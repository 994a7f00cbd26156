import { DEADLINES, sessionSettings } from './deadlines.ts'

/** A server or a database on which the service does not run, in one sentence. */
export class UnusableServer extends Error {}

export interface Server {
  /** As `server_version_num`: 180003. */
  number: number
  encoding: string
  /** In force on a connection that asked for those of `sessionSettings`, by their names in small letters. */
  settings: Record<string, string>
}

const OLDEST = 15
const HOW = '(docs/several-instances.md)'

export const TOO_OLD = `the database is of a Postgres before ${OLDEST}: upgrade it to ${OLDEST} or newer`
export const NEEDS_SESSIONS =
  'a pooler stands before the database: give the address of Postgres itself as well, in DATABASE_LISTEN_URL, to ' +
  `listen for changes and for what else needs a session ${HOW}`
export const NO_SESSIONS =
  'a pooler stands before the database of DATABASE_LISTEN_URL as well: give the address of Postgres itself there'
export const ANOTHER_DATABASE =
  'DATABASE_LISTEN_URL and DATABASE_URL lead to different databases, or to a server and its standby: name the same ' +
  'one in both'
export const REFUSES_OPTIONS =
  'the pooler before the database refuses connections that ask for settings: put ignore_startup_parameters = options ' +
  'into pgbouncer.ini, give the settings to the role, and the address of Postgres itself in DATABASE_LISTEN_URL ' + HOW

/** Throws `UnusableServer`. */
export function refuseServer ({ number, encoding }: Server): void {
  if (number < OLDEST * 10_000) throw new UnusableServer(TOO_OLD)
  if (encoding !== 'UTF8') {
    throw new UnusableServer(
      `the encoding of the database is ${encoding}, which cannot hold every text: make one with CREATE DATABASE … ` +
        "ENCODING 'UTF8' TEMPLATE template0"
    )
  }
}

/** Throws `UnusableServer` where a connection does not have the deadlines that it asked for. */
export function refuseSettings ({ settings }: Server): void {
  const asked = Object.entries(sessionSettings(DEADLINES.statementMs))
  const wrong = asked.filter(([name, value]) => settings[name] !== value)
  if (wrong.length === 0) return
  const list = wrong.map(([name, value]) => `${name} is ${settings[name] ?? 'not known'} in place of ${value}`)
  throw new UnusableServer(
    `a pooler before the database keeps back what connections ask for (${list.join(', ')}): give these settings to ` +
      `the role by ALTER ROLE … SET …, and let the pooler connect anew ${HOW}`
  )
}
