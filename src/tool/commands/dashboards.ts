import type { Command } from 'commander'
import { dataOf, type Schemas } from '../../client/index.ts'
import { confirm } from '../confirm.ts'
import { connect } from '../connection.ts'
import { given, readDocument } from '../input.ts'
import { asYaml, show, table } from '../output.ts'
import { everyPage } from '../pages.ts'

const PATH = '/v1/dashboards/{slug}'

/** Pages of modules for the Performance Platform's front ends. */
export function addDashboards (program: Command): void {
  const dashboards = program.command('dashboards').description('pages of modules for front ends')

  dashboards.command('list').description('those that the token’s holder governs')
    .option('--authority <authority>', 'of this authority alone')
    .action(async (options: { authority?: string }, command: Command) => {
      const { client } = await connect(command)
      const all = await everyPage(async (after) =>
        await dataOf(client.GET('/v1/dashboards', { params: { query: given({ ...options, ...after, limit: 500 }) } })))
      show(command, all, ({ data }) => table(
        ['DASHBOARD', 'TITLE', 'AUTHORITY', 'PUBLISHED', 'CHANGED'],
        data.map((one) => [one.slug, one.title, one.authority, one.published ? 'yes' : 'no', one.updated_at]),
        'There are no dashboards.'
      ))
    })

  dashboards.command('get').argument('<slug>').description('as put takes it')
    .action(async (slug: string, _: object, command: Command) => {
      const { client } = await connect(command)
      show(command, await dataOf(client.GET(PATH, { params: { path: { slug } } })), asYaml)
    })

  dashboards.command('put').argument('<slug>').argument('<file>', 'JSON or YAML; - for standard input')
    .option('--authority <authority>', 'whose a new one is; else the operator’s')
    .description('makes a dashboard, or puts this one in its place')
    .action(async (slug: string, file: string, { authority }: { authority?: string }, command: Command) => {
      const { client } = await connect(command)
      const body = await readDocument<Schemas['Dashboard']>(file)
      const params = { path: { slug }, query: given({ authority }) }
      const answer = await dataOf(client.PUT(PATH, { params, body }))
      show(command, answer, () => `${slug} is set${answer.published ? ', and published' : ''}.`)
    })

  dashboards.command('delete').argument('<slug>').option('--yes', 'without asking')
    .description('removes a dashboard')
    .action(async (slug: string, options: { yes?: boolean }, command: Command) => {
      const { client } = await connect(command)
      await confirm(`The dashboard ${slug} is removed.`, options)
      await dataOf(client.DELETE(PATH, { params: { path: { slug } } }))
      show(command, { deleted: slug }, () => `${slug} is removed.`)
    })
}
