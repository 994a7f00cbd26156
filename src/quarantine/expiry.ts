import { DAY_MS } from '../domain/calendar.ts'

/** For so long refused rows are kept, and the receipts of batches of which nothing was stored. */
export const KEPT_DAYS = 30
export const KEPT_SECONDS = KEPT_DAYS * DAY_MS / 1000

export const expiresAt = (receivedAt: Date): Date => new Date(receivedAt.getTime() + KEPT_DAYS * DAY_MS)
