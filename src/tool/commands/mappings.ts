import type { Command } from 'commander'
import { dataOf, type Schemas } from '../../client/index.ts'
import { confirm } from '../confirm.ts'
import { connect } from '../connection.ts'
import { given, readDocument, sourceOf, whole } from '../input.ts'
import { asYaml, show, table } from '../output.ts'
import { everyPage } from '../pages.ts'

const LIST = '/v1/sources/{authority}/{name}/mappings'
const ONE = '/v1/sources/{authority}/{name}/mappings/{mapping}'

/** How the files of a source are read. */
export function addMappings (program: Command): void {
  const mappings = program.command('mappings').description('how the files of a source are read')

  mappings.command('list').argument('<authority/name>', 'the source').description('those in force')
    .action(async (source: string, _: object, command: Command) => {
      const { client } = await connect(command)
      const path = sourceOf(source)
      const all = await everyPage(async (after) =>
        await dataOf(client.GET(LIST, { params: { path, query: { ...after, limit: 500 } } })))
      show(command, all, ({ data }) => table(
        ['MAPPING', 'OF', 'VERSION', 'MADE AT', 'MADE BY'],
        data.map((one) => [one.name, `${one.mapping.kind}s`, one.version, one.made_at, one.made_by]),
        `${source} has no mappings.`
      ))
    })

  mappings.command('get').argument('<authority/name>', 'the source').argument('<mapping>')
    .option('--mapping-version <number>', 'an earlier one, such as a receipt names', whole)
    .description('as put takes it')
    .action(async (source: string, mapping: string, options: { mappingVersion?: number }, command: Command) => {
      const { client } = await connect(command)
      const params = { path: { ...sourceOf(source), mapping }, query: given({ version: options.mappingVersion }) }
      show(command, await dataOf(client.GET(ONE, { params })), (answer) => asYaml(answer.mapping))
    })

  mappings.command('put').argument('<authority/name>', 'the source').argument('<mapping>')
    .argument('<file>', 'JSON or YAML; - for standard input')
    .description('makes a mapping, or a new version of it')
    .action(async (source: string, mapping: string, file: string, _: object, command: Command) => {
      const { client } = await connect(command)
      const params = { path: { ...sourceOf(source), mapping } }
      const body = await readDocument<Schemas['FileMapping']>(file)
      show(command, await dataOf(client.PUT(ONE, { params, body })), ({ version }) =>
        `${mapping} of ${source} is set, as its version ${version}.`)
    })

  mappings.command('delete').argument('<authority/name>', 'the source').argument('<mapping>')
    .option('--yes', 'without asking')
    .description('no file is read through it any more; its versions stay')
    .action(async (source: string, mapping: string, options: { yes?: boolean }, command: Command) => {
      const { client } = await connect(command)
      const path = { ...sourceOf(source), mapping }
      await confirm(`No file of ${source} will be read through ${mapping} any more.`, options)
      await dataOf(client.DELETE(ONE, { params: { path } }))
      show(command, { deleted: mapping }, () => `${mapping} of ${source} is removed.`)
    })
}
