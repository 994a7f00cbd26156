import { Refused, Unreachable } from '../client/index.ts'

/** What a scheduler is told of a run. */
export const EXIT = { done: 0, someRefused: 1, nothingDone: 2 } as const

/** Something that whoever runs the tool can mend, in one sentence that says what is wrong and what to do. */
export class Failure extends Error {}

/** What is said of an error in one line; undefined: a fault of the tool itself. */
export function sentenceOf (error: unknown, url: string | undefined): string | undefined {
  if (error instanceof Failure) return error.message
  if (error instanceof Unreachable) {
    return `No service answers at ${url ?? 'the address'} (${error.message}); see that the address is right, ` +
      'and that a proxy or firewall lets it through.'
  }
  if (error instanceof Refused) return `${error.message} (${error.problem?.code ?? error.status})`
  const { syscall, message } = error as NodeJS.ErrnoException
  return syscall === undefined ? undefined : message
}
