import { gunzipSync } from 'node:zlib'
import { parquetReadObjects, parquetMetadata } from 'hyparquet'
import type { App } from '../../src/app.ts'
import type { Headers } from './builders.ts'
import { waitUntil } from './wait-until.ts'

export interface Exported { status: number, headers: Record<string, unknown>, watermark: string, rows: any[] }

/** An export as NDJSON, its lines read. */
export async function exported (app: App, url: string, headers: Headers = {}): Promise<Exported> {
  const { statusCode: status, headers: answered, body } = await app.inject({ url, headers })
  const rows = status === 200 ? body.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line)) : []
  return { status, headers: answered, watermark: String(answered['watermark']), rows }
}

/**
 * An export since which nothing has changed, once there is one: all databases of a server share the numbers of
 * transactions, so what is under way in that of another test counts as not seen.
 */
export async function quietExport (app: App, url: string, headers: Headers = {}): Promise<Exported> {
  let found: Exported | undefined
  await waitUntil('nothing has changed since an export', async () => {
    found = await exported(app, url, headers)
    return (await exported(app, `${url}?since=${found.watermark}`, headers)).rows.length === 0
  })
  if (found === undefined) throw new Error('no export')
  return found
}

/** The bytes of an export. */
export async function exportedBytes (app: App, url: string, headers: Headers = {}) {
  const { statusCode: status, headers: answered, rawPayload: bytes } = await app.inject({ url, headers })
  if (status !== 200) throw new Error(`GET ${url}: ${status} ${bytes.toString()}`)
  return { headers: answered, bytes }
}

/** The rows of a Parquet file as NDJSON has them. */
export async function parquetRows (bytes: Buffer): Promise<{ rows: any[], metadata: Record<string, string> }> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const metadata = parquetMetadata(file)
  const days = new Set(metadata.schema.filter(({ converted_type: type }) => type === 'DATE').map(({ name }) => name))
  const rows = (await parquetReadObjects({ file })).map((row) => Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, plain(value, days.has(name))])
  ))
  return {
    rows, metadata: Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? '']))
  }
}

function plain (value: unknown, isDay: boolean): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return isDay ? value.toISOString().slice(0, 10) : value.toISOString()
  return value ?? null
}

/** A row as CSV has it, beside what CSV alone has. */
export const asCells = (row: object): Record<string, string> => Object.fromEntries(
  Object.entries(row as Record<string, string | number | boolean | null>).map(([name, value]) => [name, String(value ?? '')])
)

export const unzipped = (bytes: Buffer): string => gunzipSync(bytes).toString()
