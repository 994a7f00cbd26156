import { Option, type Command } from 'commander'
import { dataOf, type Client, type Schemas } from '../../client/index.ts'
import { confirm } from '../confirm.ts'
import { connect } from '../connection.ts'
import { Failure } from '../failure.ts'
import { dataSetOf, given, several, sourceOf, whole } from '../input.ts'
import { show, table } from '../output.ts'
import { handOut } from '../secret.ts'

interface Whose { source?: string, dataSet?: string }
interface Making extends Whose {
  role?: Schemas['PersonTokenOrder']['role']
  label?: string
  authority?: string[]
  scope?: string[]
  days?: number
  sandbox?: true
  secretFile?: string
}

const SOURCE = '/v1/sources/{authority}/{name}/tokens'
const DATA_SET = '/v1/data-sets/{group}/{type}/tokens'

/** Tokens of sources, of data sets, and of people. */
export function addTokens (program: Command): void {
  const tokens = program.command('tokens').description('of sources, of data sets, and of those who govern or read')
  const whose = (command: Command): Command => command
    .option('--source <authority/name>', 'of a source')
    .addOption(new Option('--data-set <group/type>', 'of a data set').conflicts('source'))

  whose(tokens.command('list').description('without their secrets; those of people if no source or data set is named'))
    .action(async (options: Whose, command: Command) => {
      const { client } = await connect(command)
      show(command, await listed(client, options), ({ data }) => table(
        ['TOKEN', 'WHOSE', 'SCOPES', 'UNTIL', 'LAST USED'],
        data.map((one) => [
          one.id,
          whoseIs(one) ?? options.source ?? options.dataSet,
          one.scopes,
          one.revoked_at === null ? one.expires_at ?? 'for ever' : `revoked ${one.revoked_at}`,
          one.last_used_at ?? 'never'
        ]),
        'There are no tokens.'
      ))
    })

  whose(tokens.command('make').description('a new token; earlier ones stay valid'))
    .addOption(new Option('--role <role>', 'of somebody').choices(['operator', 'administrator', 'reader'])
      .conflicts(['source', 'dataSet']))
    .option('--label <whose>', 'with --role: a team or an office, no name of a person')
    .option('--authority <authority>', 'with --role: governed or read (several times)', several)
    .option('--scope <scope>', 'unsuppressed or unpublished (several times)', several)
    .option('--sandbox', 'with --source: to try out what is sent; nothing of it counts')
    .option('--days <days>', 'until it expires; 365 if left out', whole)
    .option('--secret-file <file>', 'a new file for the secret, which its owner alone may read')
    .action(async (options: Making, command: Command) => {
      const { client } = await connect(command)
      await handOut(command, options.secretFile, async () => await made(client, options))
    })

  whose(tokens.command('revoke').argument('<id>').description('from now on it is refused'))
    .option('--yes', 'without asking')
    .action(async (id: string, options: Whose & { yes?: boolean }, command: Command) => {
      const { client } = await connect(command)
      await confirm(`Token ${id} will be refused from now on.`, options)
      await dataOf(revoked(client, id, options))
      show(command, { revoked: id }, () => `Token ${id} is revoked.`)
    })
}

const whoseIs = (token: Schemas['Token'] | Schemas['PersonToken']): string | undefined =>
  'label' in token ? [token.role, token.label, ...token.authorities].join(', ') : undefined

async function listed (
  client: Client, { source, dataSet }: Whose
): Promise<{ data: Array<Schemas['Token'] | Schemas['PersonToken']> }> {
  if (source !== undefined) return await dataOf(client.GET(SOURCE, { params: { path: sourceOf(source) } }))
  if (dataSet !== undefined) return await dataOf(client.GET(DATA_SET, { params: { path: dataSetOf(dataSet) } }))
  return await dataOf(client.GET('/v1/tokens'))
}

async function made (client: Client, options: Making) {
  const { source, dataSet, role, label, authority: authorities, scope, days, sandbox } = options
  const scopes = scope as Array<'unsuppressed'> | undefined
  if (source !== undefined) {
    const body = given({ days, scopes, sandbox })
    return await dataOf(client.POST(SOURCE, { params: { path: sourceOf(source) }, body }))
  }
  if (dataSet !== undefined) {
    return await dataOf(client.POST(DATA_SET, { params: { path: dataSetOf(dataSet) }, body: given({ days }) }))
  }
  if (role === undefined || label === undefined) {
    throw new Failure('Say whose token it is: --source, --data-set, or --role with --label.')
  }
  return await dataOf(client.POST('/v1/tokens', { body: { role, label, ...given({ authorities, scopes, days }) } }))
}

function revoked (client: Client, id: string, { source, dataSet }: Whose) {
  if (source !== undefined) {
    return client.DELETE(`${SOURCE}/{id}`, { params: { path: { ...sourceOf(source), id } } })
  }
  return dataSet === undefined
    ? client.DELETE('/v1/tokens/{id}', { params: { path: { id } } })
    : client.DELETE(`${DATA_SET}/{id}`, { params: { path: { ...dataSetOf(dataSet), id } } })
}
