import type { Stringifier } from 'csv-stringify'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { parseExact } from '../../../domain/exact-json.ts'
import { answerGrouped } from '../../../query/records/answer.ts'
import { columnsOf, csvWriter } from '../../../query/records/csv.ts'
import type { DataQuery } from '../../../query/records/data-query.ts'
import type { ReadableDataSet } from '../../../query/records/data-set.ts'
import { parseDataQuery } from '../../../query/records/parse.ts'
import { recordColumns, recordTexts, type Access } from '../../../query/records/raw.ts'
import { dataSetVersion } from '../../../store/records/version.ts'
import { etagOf, matches, maxAge, NO_CACHE, sendText } from './respond.ts'

const FRESH_SECONDS = 1800
const REALTIME_SECONDS = 120
const CHUNK_CHARACTERS = 65_536

export interface ReadServices extends Access { clock: () => number }

/** Answers one read. Throws `DataError` for a query that breaks a rule. */
export async function sendData (services: ReadServices, set: ReadableDataSet, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const query = parseDataQuery(new URLSearchParams(request.url.split('?')[1] ?? ''), set)
  const csv = query.csv && set.published
  const send = query.period === undefined && query.groupBy.length === 0 ? sendRecords : sendRows
  return await send(services, set, { ...query, csv }, request, reply)
}

type Send = (services: ReadServices, set: ReadableDataSet, query: DataQuery, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

const sendRows: Send = async ({ db, clock }, set, query, request, reply) => {
  const rows = await answerGrouped(db, set, query, clock())
  head(set, query, reply)
  if (!query.csv) return await sendText(request, reply, 'application/json', `{"data":${JSON.stringify(rows)}${tail(set)}`)
  return await sendText(request, reply, 'text/csv', rows.length === 0 ? '' : await tableText(rows))
}

const sendRecords: Send = async (services, set, query, request, reply) => {
  const texts = recordTexts(services, set.records, query)
  const columns = query.csv ? await recordColumns(services, set.records, query) : []
  // The first row tells whether the database can answer at all, while the status can still say so.
  const first = request.method === 'HEAD' ? { done: true as const, value: undefined } : await texts.next()
  head(set, query, reply)
  if (request.routeOptions.config.byName === true && set.schemaless !== undefined) {
    const etag = etagOf(`${await dataSetVersion(services.db, set.schemaless.id)} ${request.url}`)
    void reply.header('etag', etag)
    if (matches(request, etag)) {
      await texts.return(undefined)
      return await reply.code(304).removeHeader('content-type').send()
    }
  }
  if (request.method === 'HEAD') return await reply.send('')
  const rows = resumed(first, texts)
  if (query.csv) return await reply.send(first.done === true ? '' : Readable.from(rows).map((text: string) => parseExact(text)).compose(csvWriter(columns)))
  return await reply.send(Readable.from(jsonChunks(rows, tail(set))))
}

function head ({ published, realtime }: ReadableDataSet, { csv }: DataQuery, reply: FastifyReply): void {
  void reply.header('cache-control', published ? maxAge(realtime ? REALTIME_SECONDS : FRESH_SECONDS) : NO_CACHE)
  void reply.type(csv ? 'text/csv' : 'application/json')
  if (csv) void reply.header('content-disposition', 'attachment; filename=export.csv')
}

const WARNING = 'Warning: This data-set is unpublished. Data may be subject to change or be inaccurate.'
const tail = ({ published }: ReadableDataSet): string => published ? '}' : `,"warning":${JSON.stringify(WARNING)}}`

async function * resumed (first: IteratorResult<string, unknown>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done === true) return
  yield first.value
  yield * rest
}

async function * jsonChunks (texts: AsyncIterable<string>, end: string): AsyncGenerator<string> {
  let chunk = '{"data":['
  let separator = ''
  for await (const text of texts) {
    chunk += separator + text
    separator = ','
    if (chunk.length < CHUNK_CHARACTERS) continue
    yield chunk
    chunk = ''
  }
  yield `${chunk}]${end}`
}

async function tableText (rows: Array<Record<string, unknown>>): Promise<string> {
  return await Readable.from(rows).compose<Stringifier>(csvWriter(columnsOf(rows))).reduce((text: string, part: Buffer | string) => text + part.toString(), '')
}
