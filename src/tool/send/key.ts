import { createHash } from 'node:crypto'
import type { Identity } from './journal.ts'

const LETTERS = 'abcdefghijklmnop'

/**
 * The Idempotency-Key of a batch: the same whenever the same file is sent in the same way, so that what was committed
 * and never answered is known again. `run` tells a run apart that is meant to send all of it anew. In letters: digits
 * might look like a telephone number, which no key may hold.
 */
export function keyOf ({ sha256, options }: Pick<Identity, 'sha256' | 'options'>, run: string, batch: number): string {
  const digest = createHash('sha256').update(JSON.stringify([sha256, options, run])).digest('hex')
  const letters = digest.slice(0, 40).replaceAll(/./g, (digit) => LETTERS[parseInt(digit, 16)] ?? '')
  return `send-${letters}-${batch}`
}

/** Of a token, without giving it away. */
export const senderOf = (token: string): string =>
  createHash('sha256').update(`sender ${token}`).digest('hex').slice(0, 8)
