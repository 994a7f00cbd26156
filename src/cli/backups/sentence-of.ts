import { sentenceOf as sentenceOfStart } from '../../sentence-of.ts'

/** A backup or a restore that is refused, in one sentence with what to do. */
export class Refused extends Error {}

export const sentenceOf = (error: unknown): string =>
  error instanceof Refused ? error.message : sentenceOfStart(error)
