import { parentPort, workerData } from 'node:worker_threads'
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import type { ColumnType, ExportColumn } from '../../export/columns.ts'

/** What the worker is given when it begins. */
export interface ParquetFile { columns: readonly ExportColumn[], metadata: Array<{ key: string, value: string }> }

/** Rows of a row group: what the worker holds, and what a reader has to unpack for one of them. */
const GROUP_ROWS = 20_000

type Kind = Omit<SchemaElement, 'name' | 'repetition_type'>
const KINDS: Record<ColumnType, Kind> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  instant: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  day: { type: 'INT32', converted_type: 'DATE' }
}

function valueOf (type: ColumnType, value: unknown): unknown {
  if (value === null) return null
  switch (type) {
    case 'integer': return BigInt(value as number)
    case 'instant':
    case 'day': return new Date(value as string)
    case 'json': return JSON.stringify(value)
    default: return value
  }
}

const port = parentPort
if (port !== null) {
  const { columns, metadata } = workerData as ParquetFile
  const bytes = new ByteWriter()
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: 'schema', num_children: columns.length },
      ...columns.map(({ name, type }): SchemaElement => ({ name, ...KINDS[type], repetition_type: 'OPTIONAL' }))
    ],
    kvMetadata: metadata,
    createdBy: 'local-performance-platform'
  })
  let data = columns.map((): unknown[] => [])
  let rows = 0

  const writeGroup = (): void => {
    if (rows === 0) return
    // Without indexes of pages, which would be kept to the end: a group is small enough to be read whole.
    const columnData = columns.map(({ name }, i) => ({ name, data: data[i] ?? [], offsetIndex: false }))
    void writer.write({ columnData, rowGroupSize: rows })
    data = columns.map(() => [])
    rows = 0
  }
  const take = (): Uint8Array<ArrayBuffer> => {
    const taken = bytes.getBytes().slice()
    bytes.index = 0 // `offset` goes on: it is where the file is
    return taken
  }

  /** Lines of NDJSON, or null at the end; answered with what there is of the file since, which may be nothing. */
  port.on('message', (lines: Uint8Array | null) => {
    if (lines !== null) {
      for (const line of Buffer.from(lines).toString().split('\n')) {
        if (line === '') continue
        const row = JSON.parse(line) as Record<string, unknown>
        columns.forEach(({ name, type }, i) => data[i]?.push(valueOf(type, row[name])))
        if (++rows === GROUP_ROWS) writeGroup()
      }
    } else {
      writeGroup()
      void writer.finish()
    }
    const taken = take()
    port.postMessage(taken, [taken.buffer])
  })
}
