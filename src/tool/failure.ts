import { Refused, Unreachable } from '../client/index.ts'

/** What a scheduler is told of a run. */
export const EXIT = { done: 0, someRefused: 1, nothingDone: 2 } as const

/** Something that whoever runs the tool can mend, in one sentence that says what is wrong and what to do. */
export class Failure extends Error {}

/** The same of a file that cannot be sent as it is, however often it is tried. */
export class BadFile extends Failure {}

/** What is said of an error in one line; undefined: a fault of the tool itself. */
export function sentenceOf (error: unknown, url: string | undefined): string | undefined {
  if (error instanceof Failure) return error.message
  if (error instanceof Unreachable) {
    return `No service answers at ${url ?? 'the address'} (${error.message}); see that the address is right, ` +
      'and that a proxy or firewall lets it through.'
  }
  if (error instanceof Refused) return refusalOf(error)
  const { syscall, message } = error as NodeJS.ErrnoException
  return syscall === undefined ? undefined : message
}

/** What the service said, where a token comes from if it wants one, and each row that it refused. */
function refusalOf ({ message, problem, status }: Refused): string {
  const token = status === 401 ? ' It is taken from LPP_TOKEN, LPP_TOKEN_FILE or --token-file.' : ''
  const rows = (problem?.errors ?? []).map(({ index, line, pointer, code, detail }) =>
    `\n  ${line === undefined ? `row ${index}` : `line ${line}`} ${pointer}: ${detail} (${code})`)
  const more = (problem?.errors_total ?? 0) - rows.length
  return `${message} (${problem?.code ?? status})${token}${rows.join('')}${more > 0 ? `\n  and ${more} more` : ''}`
}
