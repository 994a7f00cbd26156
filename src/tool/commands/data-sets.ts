import type { Command } from 'commander'
import { dataOf, type Schemas } from '../../client/index.ts'
import { confirm } from '../confirm.ts'
import { connect } from '../connection.ts'
import { dataSetOf, given, readDocument } from '../input.ts'
import { asYaml, show, table } from '../output.ts'
import { everyPage } from '../pages.ts'

const PATH = '/v1/data-sets/{group}/{type}'

/** Data sets of the Performance Platform's dialect. */
export function addDataSets (program: Command): void {
  const dataSets = program.command('data-sets').description('data sets of the Performance Platform’s dialect')

  dataSets.command('list').description('those that the token’s holder governs')
    .option('--authority <authority>', 'of this authority alone')
    .option('--service <service>', 'of this service alone')
    .action(async (options: { authority?: string, service?: string }, command: Command) => {
      const { client } = await connect(command)
      const all = await everyPage(async (after) =>
        await dataOf(client.GET('/v1/data-sets', { params: { query: given({ ...options, ...after, limit: 500 }) } })))
      show(command, all, ({ data }) => table(
        ['DATA SET', 'NAME', 'PUBLISHED', 'CHANGED'],
        data.map((one) => [
          `${one.data_group}/${one.data_type}`, one.name, one.published ? 'yes' : one.publish_at ?? 'no', one.updated_at
        ]),
        'There are no data sets.'
      ))
    })

  dataSets.command('get').argument('<group/type>').description('its settings, as put takes them')
    .action(async (dataSet: string, _: object, command: Command) => {
      const { client } = await connect(command)
      const answer = await dataOf(client.GET(PATH, { params: { path: dataSetOf(dataSet) } }))
      const { data_group: _group, data_type: _type, created_at: _created, updated_at: _updated, ...all } = answer
      // Who sees it before it is published is refused of one that is.
      const { audience: _audience, ...settings } = all
      show(command, answer, () => asYaml(settings.published ? settings : all))
    })

  dataSets.command('put').argument('<group/type>').argument('<file>', 'JSON or YAML; - for standard input')
    .description('makes a data set, or gives it these settings instead of those that it has')
    .action(async (dataSet: string, file: string, _: object, command: Command) => {
      const { client } = await connect(command)
      const body = await readDocument<Schemas['DataSetSettings']>(file)
      const answer = await dataOf(client.PUT(PATH, { params: { path: dataSetOf(dataSet) }, body }))
      show(command, answer, () => `${dataSet} is set${answer.published ? ', and published' : ''}.`)
    })

  dataSets.command('delete').argument('<group/type>').option('--yes', 'without asking')
    .description('removes a data set with its records and tokens')
    .action(async (dataSet: string, options: { yes?: boolean }, command: Command) => {
      const { client } = await connect(command)
      const path = dataSetOf(dataSet)
      await confirm(`${dataSet} is removed with its records and tokens.`, options)
      await dataOf(client.DELETE(PATH, { params: { path } }))
      show(command, { deleted: dataSet }, () => `${dataSet} is removed.`)
    })
}
