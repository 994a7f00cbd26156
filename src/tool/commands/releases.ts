import { Option, type Command } from 'commander'
import { dataOf, type Schemas } from '../../client/index.ts'
import { connect } from '../connection.ts'
import { given, whole } from '../input.ts'
import { show, table } from '../output.ts'

interface Which { authority?: string, service?: string, type?: Schemas['Release']['type'] }

/** What was published of wards and streets. */
export function addReleases (program: Command): void {
  const releases = program.command('releases').description('what was published of wards and streets')
  const which = (command: Command): Command => command
    .option('--authority <authority>', 'of this authority alone')
    .option('--service <service>', 'of this service alone')
    .addOption(new Option('--type <type>', 'of these events alone').choices(['transaction', 'journey', 'rating']))

  which(releases.command('list').description('the newest first'))
    .option('--limit <number>', 'so many; 100 if left out', whole)
    .option('--before <number>', 'only those with smaller numbers', whole)
    .action(async (options: Which & { limit?: number, before?: number }, command: Command) => {
      const { client } = await connect(command)
      const answer = await dataOf(client.GET('/v1/releases', { params: { query: given(options) } }))
      show(command, answer, ({ data }) => asTable(data, 'Nothing was released.'))
    })

  which(releases.command('make').description('publishes now what is due; all that is, where nothing is named'))
    .option('--revision', 'late events, corrections and voids of days that are released already')
    .action(async (options: Which & { revision?: true }, command: Command) => {
      const { client } = await connect(command)
      const answer = await dataOf(client.POST('/v1/releases', { body: given(options) }))
      show(command, answer, ({ data }) => asTable(data, 'Nothing is due.'))
    })
}

const asTable = (data: Array<Schemas['Release']>, whereNone: string): string => table(
  ['RELEASE', 'MADE', 'AUTHORITY', 'SERVICE', 'TYPE', 'KIND', 'UP TO', 'FIGURES', 'SUPPRESSED', 'NOT PUBLISHED'],
  data.map((one) => [
    one.id, one.made_at, one.authority, one.service, one.type, one.kind, one.up_to, one.cells, one.suppressed,
    one.not_published
  ]),
  whereNone
)
