import type { Command } from 'commander'
import { dataOf, type Schemas } from '../../client/index.ts'
import { confirm } from '../confirm.ts'
import { connect } from '../connection.ts'
import { given, readDocument, sourceOf } from '../input.ts'
import { asYaml, show, table } from '../output.ts'
import { everyPage } from '../pages.ts'

const PATH = '/v1/sources/{authority}/{name}'

/** The council systems that send. */
export function addSources (program: Command): void {
  const sources = program.command('sources').description('the council systems that send')

  sources.command('list')
    .description('those that the token’s holder governs')
    .option('--authority <authority>', 'of this authority alone')
    .option('--service <service>', 'that may write for this service')
    .action(async (options: { authority?: string, service?: string }, command: Command) => {
      const { client } = await connect(command)
      const all = await everyPage(async (after) =>
        await dataOf(client.GET('/v1/sources', { params: { query: given({ ...options, ...after, limit: 500 }) } })))
      show(command, all, ({ data }) => table(
        ['SOURCE', 'SERVICES', 'ALSO FOR', 'CHANNELS'],
        data.map((one) => [`${one.authority}/${one.name}`, one.services, one.provider_for, Object.keys(one.channels)]),
        'There are no sources.'
      ))
    })

  sources.command('get').argument('<authority/name>').description('its settings, as put takes them')
    .action(async (source: string, _: object, command: Command) => {
      const { client } = await connect(command)
      const answer = await dataOf(client.GET(PATH, { params: { path: sourceOf(source) } }))
      const { services, provider_for, channels, takes_over } = answer
      const others = takes_over.map((name) => name.replace(`${answer.authority}/`, ''))
      show(command, answer, () => asYaml({ services, provider_for, channels, takes_over: others }))
    })

  sources.command('put').argument('<authority/name>').argument('<file>', 'JSON or YAML; - for standard input')
    .description('makes a source, or gives it these settings instead of those that it has')
    .action(async (source: string, file: string, _: object, command: Command) => {
      const { client } = await connect(command)
      const body = await readDocument<Schemas['SourceSettings']>(file)
      const answer = await dataOf(client.PUT(PATH, { params: { path: sourceOf(source) }, body }))
      show(command, answer, () => `${source} may write for ${answer.services.join(', ')}.`)
    })

  sources.command('delete').argument('<authority/name>').option('--yes', 'without asking')
    .description('ends a source and revokes its tokens; what it sent stays')
    .action(async (source: string, options: { yes?: boolean }, command: Command) => {
      const { client } = await connect(command)
      const path = sourceOf(source)
      await confirm(`${source} will send no more, and its tokens are revoked.`, options)
      await dataOf(client.DELETE(PATH, { params: { path } }))
      show(command, { deleted: source }, () => `${source} has ended.`)
    })
}
