import type { Command } from 'commander'
import { dataOf, type Client, type Schemas } from '../../client/index.ts'
import { connect } from '../connection.ts'
import { EXIT, Failure } from '../failure.ts'
import { given, sourceOf, whole } from '../input.ts'
import { show, table } from '../output.ts'
import { everyLink } from '../pages.ts'

interface Options { source?: string, authority?: string, service?: string, days: number }
interface Status { feeds: Array<Schemas['Feed']>, receipts: Array<Schemas['ListedReceipt']> }

const DAY_MS = 86_400_000

/** Whether what should come in does: for whoever sends, and for a scheduler that looks after them. */
export function addStatus (program: Command): void {
  program.command('status').description('what came in, what is late and what was refused; exit code 1 if anything is')
    .option('--source <authority/name>', 'of a source; its batches too, with its token or that of who governs it')
    .option('--authority <authority>', 'of an authority; needs no token')
    .option('--service <service>', 'of this service alone')
    .option('--days <days>', 'batches of so many days', whole, 7)
    .action(async (options: Options, command: Command) => {
      if (options.source === undefined && options.authority === undefined) {
        throw new Failure('Say of whom: --source authority/name or --authority.')
      }
      const { client, token } = await connect(command)
      const feeds = await feedsOf(client, options)
      const receipts = token === undefined ? [] : await receiptsOf(client, options)
      const refused = receipts.filter(({ rejected }) => rejected > 0)
      show(command, { feeds, receipts }, (status) => textOf(status, refused, options))
      if (refused.length > 0 || feeds.some(isLate)) process.exitCode = EXIT.someRefused
    })
}

async function feedsOf (client: Client, { source, authority, service }: Options): Promise<Status['feeds']> {
  if (source !== undefined) sourceOf(source)
  const feeds = await everyLink(async (cursor) =>
    await dataOf(client.GET('/v1/feeds', { params: { query: given({ authority, service, ...cursor, limit: 1000 }) } })))
  return feeds.filter((feed) => source === undefined || feed.source === source)
}

async function receiptsOf (client: Client, { source, days }: Options): Promise<Status['receipts']> {
  if (source === undefined) return []
  const since = new Date(Date.now() - days * DAY_MS).toISOString()
  return await everyLink(async (cursor) =>
    await dataOf(client.GET('/v1/receipts', { params: { query: { source, since, ...cursor, limit: 1000 } } })))
}

const isLate = ({ days_late: late }: Schemas['Feed']): boolean => (late ?? 0) > 0

function textOf ({ feeds, receipts }: Status, refused: Status['receipts'], { source, days }: Options): string {
  const late = feeds.filter(isLate).length
  const parts = [
    table(
      ['AUTHORITY', 'SERVICE', 'SOURCE', 'NEWEST DAY', 'EVERY', 'DAYS LATE', 'STORED IN A WEEK', 'REFUSED IN A WEEK'],
      feeds.map((feed) => [
        feed.authority, feed.service, feed.source, feed.newest_day, feed.rhythm, feed.days_late,
        feed.rows.week?.stored, feed.rows.week?.rejected
      ]),
      'Nothing has come in.'
    ),
    ...refused.length === 0
      ? []
      : [table(
          ['RECEIPT', 'RECEIVED AT', 'ROWS', 'STORED', 'DUPLICATES', 'REVISED', 'REFUSED'],
          refused.map((one) => [
            one.receipt, one.received_at, one.received, one.stored, one.duplicates, one.revised, one.rejected
          ]),
          ''
        )],
    `${late} of ${feeds.length} feeds are late.` + (source === undefined
      ? ''
      : ` Of ${receipts.length} batches of the last ${days} days ${refused.length} had rows that were refused.`)
  ]
  return parts.join('\n\n')
}
