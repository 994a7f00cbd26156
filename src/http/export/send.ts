import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CostlyGate, GateLimits } from '../../cache/costly-gate.ts'
import { formatDay, localDay } from '../../domain/calendar.ts'
import type { ExportColumn } from '../../export/columns.ts'
import type { Row } from '../../export/series-rows.ts'
import { askerOf } from '../plugins/answer.ts'
import { encodingFor } from '../plugins/compress.ts'
import { unhurried } from '../wire/unhurried.ts'
import { FORMATS, type Format } from './formats.ts'
import { gzipped } from './gzipped.ts'
import { parquetOf } from './parquet.ts'
import { csvRowsOf, ndjsonOf } from './texts.ts'

/**
 * Exports at once, of one client, and those that wait for a place. Each reads by one connection at a time, yet keeps
 * Postgres and a core busy for minutes.
 */
export const EXPORT_LIMITS: Partial<GateLimits> = {
  atOnce: 2, ofClient: 1, waitingOfClient: 2, waiting: 20, waitMs: 20_000
}

/** What an export says of itself, and its rows. */
export interface Export {
  /** The beginning of its file's name. */
  name: string
  columns: readonly ExportColumn[]
  format: Format
  watermark: string
  /** What `Link` says beside it. */
  links: readonly string[]
  /** Called once there is a place. */
  rows: () => AsyncGenerator<Row[]>
  now: number
}

/**
 * Streams an export, no faster than it is taken: whoever goes away, or takes nothing for a minute, ends the work. HEAD
 * answers what stands in the headers, and reads nothing. Throws `ProblemError` (unavailable) where too many run.
 */
export async function sendExport (
  gate: CostlyGate, request: FastifyRequest, reply: FastifyReply, asked: Export
): Promise<FastifyReply> {
  const { format, watermark } = asked
  const encoding = format === 'parquet' || format === 'csv.gz' ? undefined : encodingFor(request, ['gzip'])
  const head = (): void => {
    const { type, extension } = FORMATS[format]
    const file = `${asked.name}-${formatDay(localDay(asked.now))}.${extension}`
    void reply.type(type)
      .header('watermark', watermark)
      .header('cache-control', 'no-store')
      .header('vary', 'Accept, Accept-Encoding')
      .header('content-disposition', `attachment; filename="${file}"`)
    if (asked.links.length > 0) void reply.header('link', asked.links.join(', '))
    if (encoding !== undefined) void reply.header('content-encoding', encoding)
  }
  if (request.method === 'HEAD') {
    head()
    return await reply.send('')
  }
  await placeIn(gate, request, reply)
  head()
  const parts = partsOf(asked)
  return await reply.send(unhurried(encoding === undefined ? parts : gzipped(parts as AsyncGenerator<string>), {
    isWanted: () => gate.waiting > 0
  }))
}

function partsOf ({ format, columns, rows, watermark }: Export): AsyncGenerator<string | Buffer> {
  switch (format) {
    case 'ndjson': return ndjsonOf(columns, rows())
    case 'csv': return csvRowsOf(columns, rows())
    case 'csv.gz': return gzipped(csvRowsOf(columns, rows()))
    case 'parquet': return parquetOf(columns, rows(), { watermark })
  }
}

/** Waits for a place, which is kept until the answer is sent, or its reader gone. */
async function placeIn (gate: CostlyGate, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { raw } = reply
  const begun = Promise.withResolvers<undefined>()
  const kept = gate.run(askerOf(request, reply), async () => {
    begun.resolve(undefined)
    await new Promise<void>((resolve) => {
      if (raw.destroyed) resolve()
      else raw.once('close', resolve)
    })
  })
  kept.catch(begun.reject) // there was no place
  await begun.promise
}
