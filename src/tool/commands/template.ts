import { writeFileSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { dataOf, type Client, type Schemas } from '../../client/index.ts'
import { connect } from '../connection.ts'
import { Failure } from '../failure.ts'
import { show } from '../output.ts'
import { eventColumns, figureColumns, type Column, type Vocabularies } from '../template/columns.ts'

interface Options {
  authority: string
  service: string
  format: 'csv' | 'xlsx'
  type: Schemas['Release']['type']
  measures?: true | string[]
  output?: string
}

/** A file to fill in, which is sent as it is. */
export function addTemplate (program: Command): void {
  program.command('template').description('a file to fill in, with the right columns and words')
    .requiredOption('--authority <authority>', 'slug or GSS code')
    .requiredOption('--service <service>', 'slug')
    .addOption(new Option('--format <format>', 'xlsx has drop-downs').choices(['xlsx', 'csv']).default('xlsx'))
    .addOption(new Option('--type <type>', 'of events').choices(['transaction', 'journey', 'rating'])
      .default('transaction'))
    .option('--measures [measure...]', 'figures for periods instead of events; of these measures, or of all')
    .option('--output <file>', 'a new file; - for standard output')
    .action(async (options: Options, command: Command) => {
      const { client } = await connect(command)
      const vocabularies = await read(client, options)
      const isFigures = options.measures !== undefined
      const columns = isFigures ? figureColumns(vocabularies) : eventColumns(vocabularies, options.type)
      const kind = isFigures ? 'figures' : options.type === 'transaction' ? 'events' : `${options.type}s`
      const { authority, service } = vocabularies
      const file = options.output ?? `${authority.slug}-${service.slug}-${kind}.${options.format}`
      const content = options.format === 'csv' ? csvOf(columns) : await xlsxOf(vocabularies, columns, kind, isFigures)
      if (file === '-') {
        process.stdout.write(content)
        return
      }
      write(file, content)
      const more = options.format === 'csv' ? ' --format xlsx explains its columns.' : ''
      show(command, { file, columns: columns.map(({ field }) => field) }, () =>
        `${file} is ready to be filled in and sent.${more}`)
    })
}

async function read (client: Client, { authority: named, service: slug, measures }: Options): Promise<Vocabularies> {
  const [authority, service] = await Promise.all([
    dataOf(client.GET('/v1/authorities/{authority}', { params: { path: { authority: named } } })),
    dataOf(client.GET('/v1/services/{service}', { params: { path: { service: slug } } }))
  ])
  const today = new Date().toISOString().slice(0, 10)
  const [channels, wards, attributes, all] = await Promise.all([
    dataOf(client.GET('/v1/channels')),
    dataOf(client.GET('/v1/areas', { params: { query: { authority: authority.slug, on: today, limit: 5000 } } })),
    dataOf(client.GET('/v1/attributes', { params: { query: { service: service.slug } } })),
    dataOf(client.GET('/v1/measures'))
  ])
  const wanted = Array.isArray(measures) ? measures : all.data.map((measure) => measure.slug)
  const unknown = wanted.find((one) => !all.data.some((measure) => measure.slug === one))
  if (unknown !== undefined) {
    throw new Failure(`There is no measure ${unknown}; there are ${all.data.map((one) => one.slug).join(', ')}.`)
  }
  return {
    authority,
    service,
    channels: channels.data.filter(({ valid_to }) => valid_to === null || valid_to >= today),
    wards: wards.data,
    attributes: attributes.data.filter(({ valid_to }) => valid_to == null || valid_to >= today),
    measures: all.data.filter((measure) => wanted.includes(measure.slug))
  }
}

const csvOf = (columns: Column[]): string => `${columns.map(({ field }) => field).join(',')}\r\n`

async function xlsxOf (
  { authority, service }: Vocabularies, columns: Column[], kind: string, isFigures: boolean
): Promise<Uint8Array> {
  const { workbookOf } = await import('../template/workbook.ts')
  return await workbookOf(kind, columns, [
    `${service.title}, ${authority.name}: a row for each ${isFigures ? 'figure of a period' : 'thing that happened'}.`,
    'Leave a cell empty where something is not known: it is then not known, and never 0.',
    'Nothing about a person goes in here.',
    'Leave the headings as they are: then the file is sent without a mapping. Columns that are not needed may go.'
  ])
}

function write (file: string, content: string | Uint8Array): void {
  try {
    writeFileSync(file, content, { flag: 'wx' })
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    throw new Failure(code === 'EEXIST'
      ? `${file} is there already; name another with --output.`
      : `${file} cannot be written (${code}).`)
  }
}
