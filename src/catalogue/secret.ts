import { createHash, randomBytes } from 'node:crypto'
import { DAY_MS } from '../domain/calendar.ts'

/** How long a token is valid by default. */
export const TOKEN_DAYS = 365

/** A secret of 256 random bits: it is shown once, and only its hash is kept. */
export const newSecret = (): string => `lpp_${randomBytes(32).toString('base64url')}`
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** The public name of a token, to revoke it by. */
export const newTokenId = (): string => randomBytes(8).toString('hex')

export const expiryOf = (at: Date, days: number): Date => new Date(at.getTime() + days * DAY_MS)
