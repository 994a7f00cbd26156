import { Command, CommanderError } from 'commander'
import { addAudit } from './commands/audit.ts'
import { addCollect } from './commands/collect.ts'
import { addDashboards } from './commands/dashboards.ts'
import { addDataSets } from './commands/data-sets.ts'
import { addMappings } from './commands/mappings.ts'
import { addReleases } from './commands/releases.ts'
import { addSend } from './commands/send.ts'
import { addSources } from './commands/sources.ts'
import { addStatus } from './commands/status.ts'
import { addTemplate } from './commands/template.ts'
import { addTokens } from './commands/tokens.ts'
import { addWatch } from './commands/watch.ts'
import type { GlobalOptions } from './connection.ts'
import { EXIT, sentenceOf } from './failure.ts'
import { VERSION } from './version.ts'

/** Every command adds itself; in the order of the help. */
const COMMANDS: ReadonlyArray<(program: Command) => void> = [
  addTemplate, addSend, addWatch, addCollect, addStatus, addSources, addTokens, addMappings, addReleases, addDataSets,
  addDashboards, addAudit
]

export function makeProgram (): Command {
  const program = new Command('local-performance-platform')
    .description('Sends what happened in a council’s services to a Local Performance Platform.')
    .version(VERSION)
    .option('--url <address>', 'where the service is (LPP_URL)')
    .option('--token-file <file>', 'a file that holds the token (LPP_TOKEN_FILE; or the token itself in LPP_TOKEN)')
    .option('--ca-file <file>', 'the certificate of an authority of your own, in PEM (or NODE_EXTRA_CA_CERTS)')
    .option('--json', 'answers as JSON, for programs')
    .exitOverride()
    .showHelpAfterError('(add --help for what it takes)')
    .addHelpText('after', '\nExit codes: 0 all is done, 1 some rows were refused, 2 nothing was sent or done.')
  for (const add of COMMANDS) add(program)
  return program
}

/** Runs a command and answers its exit code; what went wrong is one sentence on standard error. */
export async function runTool (args: string[]): Promise<number> {
  const program = makeProgram()
  try {
    await program.parseAsync(args, { from: 'user' })
    return Number(process.exitCode ?? EXIT.done)
  } catch (error) {
    // Help and version are asked for; commander has said itself what was wrong with anything else.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.nothingDone
    const sentence = sentenceOf(error, program.opts<GlobalOptions>().url ?? process.env['LPP_URL'])
    process.stderr.write(`${sentence ?? (error as Error).stack ?? String(error)}\n`)
    return EXIT.nothingDone
  }
}
