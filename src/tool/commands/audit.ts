import type { Command } from 'commander'
import { dataOf } from '../../client/index.ts'
import { connect } from '../connection.ts'
import { given, whole } from '../input.ts'
import { show, table } from '../output.ts'

interface Which {
  actor?: string
  action?: string
  subject?: string
  authority?: string
  from?: string
  to?: string
  limit?: number
  before?: number
}

/** Who changed what. That the trail is whole is verified on the database: `npm run audit -- verify`. */
export function addAudit (program: Command): void {
  program.command('audit').description('who changed what, the newest first')
    .option('--actor <actor>', 'such as operator')
    .option('--action <action>', 'such as put-source')
    .option('--subject <text>', 'part of it, such as solihull/')
    .option('--authority <authority>', 'about this authority')
    .option('--from <day>', 'first day, as 2026-11-01')
    .option('--to <day>', 'last day')
    .option('--limit <number>', 'so many lines; 100 if left out', whole)
    .option('--before <number>', 'only lines with smaller numbers', whole)
    .action(async (options: Which, command: Command) => {
      const { client } = await connect(command)
      const answer = await dataOf(client.GET('/v1/audit', { params: { query: given(options) } }))
      show(command, answer, ({ data }) => table(
        ['LINE', 'AT', 'ACTOR', 'ACTION', 'SUBJECT', 'DETAIL'],
        data.map(({ id, at, actor, action, subject, detail }) =>
          [id, at, actor, action, subject, JSON.stringify(detail).slice(0, 100)]),
        'There are no such lines.'
      ))
    })
}
