import pg from 'pg'
import { REFUSES_OPTIONS, TOO_OLD } from './server.ts'

/** What a code of Postgres means at a start, and what to do. What Postgres itself says comes between. */
const BY_CODE: Record<string, readonly [what: string, fix: string]> = {
  '28P01': [
    'the database refuses the password', 'correct it in DATABASE_URL, percent-encoded, or give it by PGPASSWORD'
  ],
  28000: [
    'the database refuses the user',
    'make the role, or let pg_hba.conf admit it; without encryption it may want ?sslmode=verify-full in DATABASE_URL'
  ],
  '3D000': ['the database does not exist', 'make it with CREATE DATABASE, or correct DATABASE_URL'],
  42501: [
    'the user of the database lacks a right',
    'let its owner migrate (`npm run migrate`, with RUN_ROLE for another user that runs the service), or give the ' +
      'right as docs/install.md has it'
  ]
}

/** Codes of OpenSSL and of Node for a certificate that is not believed. */
const CERTIFICATE = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_CERT|ERR_SSL)/

/** One sentence for what Postgres, or the way to it, refuses at a start, with what to do; undefined: none of these. */
export function refusalOf (error: unknown): string | undefined {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return undefined
  const { message, code = '' } = cause as NodeJS.ErrnoException
  const [what, fix] = BY_CODE[code] ?? []
  if (what !== undefined && cause instanceof pg.DatabaseError) return `${what} (${code}: ${message}): ${fix}`
  if (/unsupported startup parameter/.test(message)) return REFUSES_OPTIONS
  if (code === '42704' && /unrecognized configuration parameter/.test(message)) return TOO_OLD
  if (/^SASL: .*password must be a (non-empty )?string/.test(message)) {
    return 'the database wants a password, and there is none: give it in DATABASE_URL, or by PGPASSWORD'
  }
  if (/does not support SSL/.test(message)) {
    return 'the server of the database takes no TLS: let it (`ssl = on`), or take sslmode out of DATABASE_URL'
  }
  if (CERTIFICATE.test(code)) {
    return `the certificate of the database is not believed (${code}: ${message}): name the authority that signed it ` +
      'by sslrootcert in DATABASE_URL, and the host as the certificate does'
  }
  return undefined
}
