import type { Command } from 'commander'
import { dataOf } from '../../client/index.ts'
import { connect } from '../connection.ts'
import { show, table } from '../output.ts'

export function addSources (program: Command): void {
  const sources = program.command('sources').description('the council systems that send')

  sources.command('list')
    .description('those that the token’s holder governs')
    .option('--authority <authority>', 'of this authority alone')
    .option('--service <service>', 'that may write for this service')
    .action(async ({ authority, service }: { authority?: string, service?: string }, command: Command) => {
      const { client } = await connect(command)
      const query = { ...(authority !== undefined && { authority }), ...(service !== undefined && { service }) }
      show(command, await dataOf(client.GET('/v1/sources', { params: { query } })), ({ data }) =>
        table(
          ['SOURCE', 'SERVICES', 'CHANNELS'],
          data.map((one) => [`${one.authority}/${one.name}`, one.services, Object.keys(one.channels)]),
          'There are no sources.'
        ))
    })
}
