import { STATUSES, type Status } from '../../domain/status.ts'

/**
 * The shorthand of the Government Analysis Function ("Symbols in tables: definitions and help"). A figure that is not
 * published yet is not available; one of too few days is of low reliability, which is what [u] says.
 */
export const SYMBOLS: Record<Status, string> = {
  ok: '',
  zero: '',
  missing: '[x]',
  'not-delivered': '[z]',
  suppressed: '[c]',
  'not-yet': '[x]',
  partial: '[u]',
  provisional: '[p]',
  revised: '[r]'
}
export const BREAK = '[b]'

/** The symbols of a value, with a blank between them; `hasBreak`: it cannot be compared with those before. */
export const symbolsOf = (status: unknown, hasBreak: boolean): string =>
  [(SYMBOLS as Record<string, string>)[String(status)] ?? '', hasBreak ? BREAK : ''].join(' ').trim()

export const SYMBOLS_EXPLAINED =
  '[x] not available: nobody reported, or not published yet; [z] not applicable: not delivered; [c] confidential: ' +
    'suppressed; [u] low reliability: of too few days; [p] provisional; [r] revised; [b] break in the series. Empty: ' +
    'nothing to add; a true zero is 0.'

/** Whether a field of that name and schema is the status of a figure; services have one of another kind. */
export const isStatusOfFigure = (name: string, words: readonly unknown[] | undefined): boolean =>
  name === 'status' && words !== undefined && STATUSES.every((status) => words.includes(status))
