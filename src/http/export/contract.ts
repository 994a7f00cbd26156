import { Type } from 'typebox'
import { EXPORT_HEADERS } from '../schemas/export.ts'
import { problems } from '../schemas/common.ts'

/** The 200 of an export, whose lines are a component of the contract. */
export const exportedAs = (component: string, csv: string) => ({
  description: 'The rows, as a stream.',
  headers: EXPORT_HEADERS,
  content: {
    'application/x-ndjson': { schema: Type.Ref(component) },
    'text/csv': { schema: { type: 'string', examples: [csv] } },
    'application/gzip': { schema: { type: 'string', format: 'binary', description: 'The CSV, as a file of gzip.' } },
    'application/vnd.apache.parquet': { schema: { type: 'string', format: 'binary' } }
  }
})

/** What every export may be refused for. */
export const exportProblems = (...codes: Parameters<typeof problems>) =>
  problems(...codes, 'watermark-unknown')
