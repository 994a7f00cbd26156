import { InvalidArgumentError, Option, type Command } from 'commander'
import { FORMATS, type Format } from './format.ts'
import { MOST } from './content.ts'

/** What `send` and `watch` are asked, as the command line gives it. */
export interface AskedOptions extends TryOptions {
  kind: 'events' | 'observations'
  format?: Format
  mapping?: string
  dryRun?: boolean
  strict?: boolean
  onRepeat?: string
  replacePeriod?: string
  batch?: number
  source?: string
  concurrency: number
  again?: boolean
}

/** How often, and for how long, something is tried. */
export interface TryOptions {
  tries: number
  timeout: number
  quiet?: boolean
}

export const wholeNumber = (least: number, most: number) => (text: string): number => {
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`)
}

/** Whose token it is, as `authority/name`, where that is said. */
export const sourceOf = ({ source }: AskedOptions): string | undefined =>
  source ?? (process.env['LPP_SOURCE'] || undefined)

/** How rows are meant and how they are sent; for every command that sends files. */
export function addSendOptions (command: Command): Command {
  return addTryOptions(command)
    .addOption(new Option('--kind <kind>', 'what the rows are').choices(['events', 'observations']).default('events'))
    .addOption(new Option('--format <format>', 'what the file holds, where its name does not say').choices(FORMATS))
    .option('--mapping <name>', 'the mapping of the source that a csv or xlsx is read through')
    .option('--strict', 'store all rows of a file or none; left out, the good rows are stored')
    .addOption(new Option('--on-repeat <how>', 'rows that are stored already, with other content')
      .choices(['refuse', 'newest']))
    .option('--batch <rows>', 'rows a request; left out, as many as it may hold', wholeNumber(1, MOST.rows))
    .option('--source <authority/name>', 'whose token it is (LPP_SOURCE); for files of several requests')
    .option('--concurrency <n>', 'requests at the same time', wholeNumber(1, 16), 1)
}

export const addTryOptions = (command: Command): Command => command
  .option('--tries <n>', 'of a request that the network or the service fails', wholeNumber(1, 100), 10)
  .option('--timeout <seconds>', 'for an answer', wholeNumber(1, 300), 120)
  .option('--quiet', 'say nothing but what went wrong, and the result')
