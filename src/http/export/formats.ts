import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import '../formats/choose.ts' // its types: `answerType`
import { CSV_TYPE } from '../formats/csv.ts'

/** How an export may be sent, with its media type and the end of its file's name. */
export const FORMATS = {
  ndjson: { type: 'application/x-ndjson; charset=utf-8', extension: 'ndjson' },
  csv: { type: CSV_TYPE, extension: 'csv' },
  'csv.gz': { type: 'application/gzip', extension: 'csv.gz' },
  parquet: { type: 'application/vnd.apache.parquet', extension: 'parquet' }
} as const
export type Format = keyof typeof FORMATS
const NAMES = Object.keys(FORMATS) as Format[]

export const FormatParameter = Type.Optional(Type.Enum(NAMES, {
  description:
    'Overrides the Accept header; ndjson if neither says. NDJSON and CSV come as gzip on the way where ' +
      'Accept-Encoding takes it; csv.gz is a file that stays so.',
  examples: ['parquet']
}))

const essence = (format: Format): string => FORMATS[format].type.split(';')[0] ?? ''

/** `format` decides, else what Accept has chosen of what there is. */
export const formatOf = ({ answerType }: FastifyRequest, format: Format | undefined): Format =>
  format ?? NAMES.find((name) => essence(name) === answerType) ?? 'ndjson'
