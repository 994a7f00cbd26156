import type { Status } from '../../domain/status.ts'

/** The shorthand of the Government Analysis Function for what a value is, where it has one. */
const SYMBOLS: Partial<Record<Status, string>> = {
  suppressed: '[c]', missing: '[x]', 'not-yet': '[x]', 'not-delivered': '[z]', provisional: '[p]', revised: '[r]'
}

export const symbolOf = (status: unknown): string => SYMBOLS[status as Status] ?? ''
