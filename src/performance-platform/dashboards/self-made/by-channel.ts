import { EVENT_TYPES } from '../../../domain/event.ts'
import { BY_DIGITAL_CLASS } from '../../read/kpi-views.ts'
import { BY_CHANNEL, BY_CHANNEL_IN_GRAPHS } from '../../read/typed.ts'
import { MOST_LINES, type DataSource, type Module } from '../document/schema.ts'
import { sentBy, slugOf, type AuthorityServicePage } from './service-page.ts'
import { ChannelNames } from './channels.ts'
import { countTable, DIGITAL_OF_ALL, lines, share, sourceOf } from './modules.ts'
import { recentPeriodsOf } from './recent-periods.ts'

const TAKE_UP_INFO =
  'Digital take-up is transactions completed through digital channels as a percentage of those in all channels. ' +
    'Transactions whose channel was not recorded are left out.'

/** The front end's word for the sum of groups without a line: it would show a channel of that name as no data. */
const REST = 'other'

/** Transactions by channel, with a table of all where they are too many for lines; digital take-up. */
export async function channelModules (page: AuthorityServicePage): Promise<Module[]> {
  return (await Promise.all([volumes(page), takeUp(page)])).flat()
}

async function volumes ({ pair, directory, newest, read, now }: AuthorityServicePage): Promise<Module[]> {
  const periods = recentPeriodsOf(newest, EVENT_TYPES.transaction, now)
  if (periods === undefined) return []
  const group = slugOf(pair)
  const sourceAs = (type: string) =>
    sourceOf(group, type, periods, { collect: ['count:sum'], group_by: ['channel'], flatten: false })
  // A channel that had nothing in these weeks is in the answer too, with 0: it needs no line.
  const readUsed = async (source: DataSource) => (await read(source)).filter((row) => Number(row['_count']) > 0)
  const hasRest = (rows: ReadonlyArray<Record<string, unknown>>): boolean => rows.some((row) => row['channel'] === REST)
  const own = sourceAs(BY_CHANNEL)
  const ownRows = await readUsed(own)
  const inGraphs = hasRest(ownRows) ? sourceAs(BY_CHANNEL_IN_GRAPHS) : own
  const rows = inGraphs === own ? ownRows : await readUsed(inGraphs)
  const [source, seen] = rows.length === 0 ? [own, ownRows] : [inGraphs, rows]
  const names = new ChannelNames(directory, directory.dataSet(group, BY_CHANNEL))
  const channels = seen.toSorted((a, b) => Number(b['count:sum']) - Number(a['count:sum']))
    .map((row) => String(row['channel'])).filter((name) => name !== REST)
  if (channels.length === 0) return []
  const module = lines({
    slug: 'volumes',
    title: 'Transactions by channel',
    info: [sentBy(pair), 'Shows the number of transactions, broken down by channel.'],
    periods,
    source,
    groups: channels.map((id) => ({ id, label: names.label(id) })),
    of: 'channels'
  })
  const lastWeek = recentPeriodsOf(newest, EVENT_TYPES.transaction, now, 1)
  if (seen.length <= MOST_LINES || lastWeek?.period !== 'week') return [module]
  const all = sourceOf(group, BY_CHANNEL, lastWeek, {
    collect: ['count:sum'], group_by: ['channel'], sort_by: 'channel:ascending', flatten: false
  })
  const ofWeek = await read(all)
  if (ofWeek.length === 0) return [module]
  return [module, countTable({
    slug: 'by-channel',
    title: 'Last week by channel',
    info: [sentBy(pair), 'Shows every channel of the last week with figures.'],
    source: all,
    rows: ofWeek,
    key: 'channel',
    label: 'Channel',
    format: 'sentence'
  })]
}

async function takeUp ({ pair, newest, read, now }: AuthorityServicePage): Promise<Module[]> {
  const periods = recentPeriodsOf(newest, EVENT_TYPES.transaction, now)
  if (periods === undefined) return []
  const source = sourceOf(slugOf(pair), BY_DIGITAL_CLASS, periods, {
    collect: ['count:sum'], group_by: ['digital_class'], flatten: true
  })
  if ((await read(source)).length === 0) return []
  return [share({
    slug: 'digital-take-up',
    title: 'Digital take-up',
    info: [sentBy(pair), TAKE_UP_INFO],
    periods,
    source,
    of: DIGITAL_OF_ALL
  })]
}
