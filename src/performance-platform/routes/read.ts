import type { FastifyReply, FastifyRequest } from 'fastify'
import { HOUR_MS, localDay } from '../../domain/calendar.ts'
import { parseExact } from '../../json/exact-json.ts'
import type { Published } from '../../disclosure/gate.ts'
import { answerGrouped } from '../read/answer.ts'
import { tableText } from '../read/csv.ts'
import type { DataQuery } from '../read/data-query.ts'
import type { ReadableDataSet } from '../read/data-set.ts'
import { parseDataQuery } from '../read/parse.ts'
import { protect } from '../read/protect.ts'
import { recordColumns, recordPage, recordTexts } from '../read/raw.ts'
import { jsonOfRows, tableOfRows } from '../read/rows-text.ts'
import type { Row } from '../read/shape.ts'
import type { RecordRelation } from '../store/relation.ts'
import { dataSetVersion } from '../store/version.ts'
import { etagOf } from '../../cache/answer-cache.ts'
import type { Asker } from '../../cache/costly-gate.ts'
import { queryBuilderOn } from '../../postgres/database.ts'
import type { SeriesScope } from '../../rollups/index.ts'
import { answersFor, askerOf, isUnchanged, scopeOf } from '../../http/plugins/answer.ts'
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
  const { answers, catalogue, clock, costly } = services
  const session = sessionOf(costly, request)
  const now = clock()
  const { directory } = catalogue
  const type = typeOf(query)
  const { body, etag } = await answersFor(answers, request).answer({
    // Whoever has a token of an unpublished data set is the public to all others.
    about: set.published ? request.url : `unpublished ${request.url}`,
    type,
    viewer: session.viewer.name,
    // A query without dates ends with the running period, of which the finest is the hour.
    time: Math.floor(now / HOUR_MS),
    catalogue: directory,
    scope: scopeOfSet(set),
    asker: askerOf(request, reply),
    compute: async () =>
      await rowsText(await answerGrouped(session, directory, set, query, now), set, query)
  })
  head(set, query, reply, { now, until: directory.publication.until })
  return await sendText(request, reply, type, body, etag)
}

async function rowsText (rows: Published<Row[]>, set: ReadableDataSet, { csv }: DataQuery): Promise<string> {
  return csv ? await tableOfRows(rows) : `{"data":${await jsonOfRows(rows)}${tail(set)}`
}

// One authority's view is made of one series; anything else, of whatever anybody sends.
function scopeOfSet ({ content }: ReadableDataSet): (() => SeriesScope) | undefined {
  if ('schemaless' in content || content.typed.authority === undefined) return undefined
  const { authority, service } = content.typed
  return () => scopeOf({ authorities: [authority], service })
}

const sendRecords: Send = async (services, set, query, request, reply) => {
  // What may be shown of them and they themselves are read one after the other, and a download cannot begin anew.
  request.replica = null
  const { catalogue: { directory }, clock, costly, gate } = services
  const now = clock()
  const when = { now, until: directory.publication.until }
  // Before anything is read: a client who has the answer already needs no turn.
  const etag = await etagOfRecords(services, set, request)
  if (etag !== undefined && isUnchanged(request, reply, etag)) {
    head(set, query, reply, when)
    return await reply.removeHeader('content-type').send()
  }
  const asker = askerOf(request, reply)
  const found = await gate.run(asker, async () => {
    const visible = await protect(sessionOf(costly, request), directory, set, localDay(now))
    const { startAt: from, endAt: before, inclusive } = query
    const records = await visible.records({ from, before, inclusive })
    if (request.method === 'HEAD') return { records, page: [], columns: [] }
    const page = await recordPage({ db: services.db, ...costly }, records, query)
    return { records, page, columns: query.csv ? await recordColumns(costly.pool, records, query) : [] }
  })
  const { records, page, columns } = found
  const parts = (batches: Batches): AsyncGenerator<string> =>
    query.csv ? tableParts(batches, columns) : jsonParts(batches, tail(set))
  if (request.method === 'HEAD' || page !== undefined) {
    let body = ''
    if (request.method !== 'HEAD') for await (const part of parts(inBatches(page ?? []))) body += part
    head(set, query, reply, when)
    return await reply.send(body)
  }
  const { batches, isWanted } = await download(services, records, query, asker, reply)
  head(set, query, reply, when)
  return await reply.send(unhurried(parts(batches), { isWanted }))
}

async function etagOfRecords (
  { pool }: DialectServices, { content, published }: ReadableDataSet, { routeOptions, url }: FastifyRequest
): Promise<string | undefined> {
  if (routeOptions.config.byName !== true || !('schemaless' in content)) return undefined
  const { id } = content.schemaless
  const version = await dataSetVersion(queryBuilderOn(pool.within({ dataSetIds: [id] })), id)
  return etagOf(`${version} ${published} ${url}`)
}

/**
 * Begins a download when there is a place for one: its reader keeps the place until all is taken, and a client keeps
 * two at most. `isWanted`: whether others wait for a place.
 */
async function download (
  services: DialectServices,
  records: Published<RecordRelation>,
  query: DataQuery,
  asker: Asker,
  { raw }: FastifyReply
): Promise<{ batches: AsyncGenerator<string[]>, isWanted: () => boolean }> {
  const { downloadGate } = services
  const begun = Promise.withResolvers<AsyncGenerator<string[]>>()
  const kept = downloadGate.run(asker, async () => {
    const closed = new Promise<void>((resolve) => {
      if (raw.destroyed) resolve()
      else raw.once('close', resolve)
    })
    try {
      const texts = recordTexts(services, records, query)
      // The first row tells whether the database can answer at all, while the status can still say so.
      begun.resolve(resumed(await texts.next(), texts))
    } catch (error) {
      begun.reject(error)
      return
    }
    await closed
  })
  kept.catch(begun.reject) // there was no place
  return { batches: await begun.promise, isWanted: () => downloadGate.waiting > 0 }
}

function * inBatches (texts: readonly string[]): Generator<string[]> {
  for (let from = 0; from < texts.length; from += 200) yield texts.slice(from, from + 200)
}

type Batches = AsyncIterable<string[]> | Iterable<string[]>

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

async function * jsonParts (batches: Batches, end: string): AsyncGenerator<string> {
  let separator = '{"data":['
  for await (const texts of batches) {
    yield separator + texts.join(',')
    separator = ','
  }
  yield `${separator === ',' ? '' : separator}]${end}`
}

async function * tableParts (batches: Batches, columns: string[]): AsyncGenerator<string> {
  let header = true
  for await (const texts of batches) {
    yield tableText(texts.map(parseExact), columns, header)
    header = false
  }
}
