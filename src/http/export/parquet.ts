import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ExportColumn } from '../../export/columns.ts'
import type { Row } from '../../export/series-rows.ts'
import type { ParquetFile } from './parquet-worker.ts'
import { ndjsonOf } from './texts.ts'

/** What a row group of 20,000 rows takes, several times over. */
const HEAP_MB = 192

/**
 * Rows as a Parquet file. A worker makes it of the lines of their NDJSON: a row group takes it some hundred
 * milliseconds, in which nobody else would be served, and both formats say the same.
 */
export async function * parquetOf (
  columns: readonly ExportColumn[], batches: AsyncGenerator<Row[]>, metadata: Record<string, string>
): AsyncGenerator<Buffer> {
  const file: ParquetFile = {
    columns, metadata: Object.entries(metadata).map(([key, value]) => ({ key, value }))
  }
  const worker = new Worker(new URL('parquet-worker.ts', import.meta.url), {
    name: 'parquet', workerData: file, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB }
  })
  worker.on('error', () => undefined) // whoever waits for an answer is told; nobody else need be
  const answer = async (lines: Uint8Array<ArrayBuffer> | null): Promise<Buffer> => {
    worker.postMessage(lines, lines === null ? [] : [lines.buffer])
    const [bytes] = await once(worker, 'message') as [Uint8Array] // rejects where the worker fails
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  const lines = ndjsonOf(columns, batches)
  try {
    for await (const part of lines) {
      const bytes = await answer(new TextEncoder().encode(part))
      if (bytes.length > 0) yield bytes
    }
    yield await answer(null)
  } finally {
    await worker.terminate()
  }
}
