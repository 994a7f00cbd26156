import type { FastifyReply, FastifyRequest } from 'fastify'
import { HOUR_MS, localDay } from '../../domain/calendar.ts'
import { parseExact } from '../../json/exact-json.ts'
import type { Published } from '../../disclosure/gate.ts'
import { answerGrouped } from '../read/answer.ts'
import { columnsOf, tableText } from '../read/csv.ts'
import type { DataQuery } from '../read/data-query.ts'
import type { ReadableDataSet } from '../read/data-set.ts'
import { parseDataQuery } from '../read/parse.ts'
import { protect } from '../read/protect.ts'
import { recordColumns, recordTexts } from '../read/raw.ts'
import type { Row } from '../read/shape.ts'
import { dataSetVersion } from '../store/version.ts'
import { etagOf } from '../../cache/answer-cache.ts'
import type { SeriesScope } from '../../rollups/index.ts'
import { queryBuilderOn } from '../../postgres/database.ts'
import { isUnchanged, scopeOf } from '../../http/plugins/answer.ts'
import { sessionOf } from '../../http/plugins/session.ts'
import { unhurried } from '../../http/wire/unhurried.ts'
import { maxAge, NO_CACHE, sendText } from './respond.ts'
import type { DialectServices } from './services.ts'

const FRESH_SECONDS = 1800
const REALTIME_SECONDS = 120

/** Answers one read. Throws `DataError` for a query that breaks a rule. */
export async function sendData (
  services: DialectServices, set: ReadableDataSet, request: FastifyRequest, reply: FastifyReply
): Promise<FastifyReply> {
  const query = parseDataQuery(new URLSearchParams(request.url.split('?')[1] ?? ''), set)
  const csv = query.csv && set.published
  const send = query.period === undefined && query.groupBy.length === 0 ? sendRecords : sendRows
  return await send(services, set, { ...query, csv }, request, reply)
}

type Send = (
  services: DialectServices, set: ReadableDataSet, query: DataQuery, request: FastifyRequest, reply: FastifyReply
) => Promise<FastifyReply>

const sendRows: Send = async (services, set, query, request, reply) => {
  const { answers, catalogue, clock } = services
  const session = sessionOf(services, request)
  const now = clock()
  const { directory } = catalogue
  const type = typeOf(query)
  const { body, etag } = await answers.answer({
    // Whoever has a token of an unpublished data set is the public to all others.
    about: set.published ? request.url : `unpublished ${request.url}`,
    type,
    viewer: session.viewer.name,
    // A query without dates ends with the running period, of which the finest is the hour.
    time: Math.floor(now / HOUR_MS),
    catalogue: directory,
    scope: scopeOfSet(set),
    compute: async () => rowsText(await answerGrouped(session, directory, set, query, now), set, query)
  })
  head(set, query, reply, { now, until: directory.publication.until })
  return await sendText(request, reply, type, body, etag)
}

function rowsText (rows: Published<Row[]>, set: ReadableDataSet, { csv }: DataQuery): string {
  if (!csv) return `{"data":${JSON.stringify(rows)}${tail(set)}`
  return rows.length === 0 ? '' : tableText(rows, columnsOf(rows), true)
}

// One authority's view is made of one series; anything else, of whatever anybody sends.
function scopeOfSet ({ content }: ReadableDataSet): (() => SeriesScope) | undefined {
  if ('schemaless' in content || content.typed.authority === undefined) return undefined
  const { authority, service } = content.typed
  return () => scopeOf({ authorities: [authority], service })
}

const sendRecords: Send = async (services, set, query, request, reply) => {
  const { catalogue: { directory }, clock } = services
  const now = clock()
  const visible = await protect(sessionOf(services, request), directory, set, localDay(now))
  const { startAt: from, endAt: before, inclusive } = query
  const records = await visible.records({ from, before, inclusive })
  const texts = recordTexts(services, records, query)
  const columns = query.csv ? await recordColumns(services.pool, records, query) : []
  // The first row tells whether the database can answer at all, while the status can still say so.
  const first = request.method === 'HEAD' ? { done: true as const, value: undefined } : await texts.next()
  head(set, query, reply, { now, until: directory.publication.until })
  if (request.routeOptions.config.byName === true && 'schemaless' in set.content) {
    const { id } = set.content.schemaless
    const version = await dataSetVersion(queryBuilderOn(services.pool.within({ dataSetIds: [id] })), id)
    const etag = etagOf(`${version} ${set.published} ${request.url}`)
    if (isUnchanged(request, reply, etag)) {
      await texts.return(undefined)
      return await reply.removeHeader('content-type').send()
    }
  }
  if (request.method === 'HEAD') return await reply.send('')
  const batches = resumed(first, texts)
  if (query.csv) return await reply.send(first.done === true ? '' : unhurried(tableParts(batches, columns)))
  return await reply.send(unhurried(jsonParts(batches, tail(set))))
}

const typeOf = ({ csv }: DataQuery): string => csv ? 'text/csv' : 'application/json'

function head (
  { published, realtime }: ReadableDataSet, query: DataQuery, reply: FastifyReply, when: { now: number, until: number }
): void {
  const seconds = realtime ? REALTIME_SECONDS : FRESH_SECONDS
  void reply.header('cache-control', published ? maxAge(seconds, when) : NO_CACHE)
  void reply.type(typeOf(query))
  if (query.csv) void reply.header('content-disposition', 'attachment; filename=export.csv')
}

const WARNING = 'Warning: This data-set is unpublished. Data may be subject to change or be inaccurate.'
const tail = ({ published }: ReadableDataSet): string => published ? '}' : `,"warning":${JSON.stringify(WARNING)}}`

async function * resumed<T> (first: IteratorResult<T, unknown>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (first.done === true) return
  yield first.value
  yield * rest
}

async function * jsonParts (batches: AsyncIterable<string[]>, end: string): AsyncGenerator<string> {
  let separator = '{"data":['
  for await (const texts of batches) {
    yield separator + texts.join(',')
    separator = ','
  }
  yield `${separator === ',' ? '' : separator}]${end}`
}

async function * tableParts (batches: AsyncIterable<string[]>, columns: string[]): AsyncGenerator<string> {
  let header = true
  for await (const texts of batches) {
    yield tableText(texts.map(parseExact), columns, header)
    header = false
  }
}
