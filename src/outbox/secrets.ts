import { randomBytes } from 'node:crypto'
import { HOUR_MS } from '../domain/calendar.ts'

/** What messages are signed with. `until`: when it gives way to a newer one; null: it does not. */
export interface Secret { secret: string, until: string | null }

/** For so long both sign, so that no message is lost while a receiver is given the new one. */
export const OVERLAP_MS = 24 * HOUR_MS
/** Signatures in a header at most. */
const MOST = 3

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

export const firstSecret = (): Secret[] => [{ secret: newSecret(), until: null }]

/** With a new one before those that are in force, which give way after the overlap. */
export function rotated (secrets: readonly Secret[], now: number): Secret[] {
  const until = new Date(now + OVERLAP_MS).toISOString()
  const earlier = inForce(secrets, now).map((one) => ({ ...one, until: one.until ?? until }))
  return [...firstSecret(), ...earlier].slice(0, MOST)
}

export const inForce = (secrets: readonly Secret[], now: number): Secret[] =>
  secrets.filter(({ until }) => until === null || Date.parse(until) > now)

/** Headers as Standard Webhooks 1 has them, signed with each secret that is in force. */
export async function signedHeaders (
  { id, body, secrets }: { id: string, body: string, secrets: readonly Secret[] }, now: number
): Promise<Record<string, string>> {
  const { Webhook } = await import('standardwebhooks')
  const at = new Date(now)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': inForce(secrets, now).map(({ secret }) => new Webhook(secret).sign(id, at, body)).join(' ')
  }
}
