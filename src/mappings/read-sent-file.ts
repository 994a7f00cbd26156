import { listOf } from '../catalogue/explain.ts'
import { nameOfSource } from '../catalogue/sources.ts'
import type { Slices } from '../domain/slices.ts'
import { ProblemError } from '../errors.ts'
import { readFile, type SentFile } from '../files/read-file.ts'
import { keyOf, type Table } from '../files/table.ts'
import type { SentRows } from '../intake/read-rows.ts'
import { columnsOf } from './columns.ts'
import type { MappingContext } from './context.ts'
import { REQUIRED } from './fields.ts'
import { fieldHeadings, implicitMapping, isOurs } from './implicit.ts'
import { readMapped } from './read-mapped.ts'
import type { MappingKind, StoredMapping } from './schema.ts'

/**
 * What a file may be read through. `named`: whoever sends it said so. Else `known` are the source's own of that kind: a
 * file whose headings are names of fields needs none, and where there is one alone, that one is meant.
 */
export interface Choice { kind: MappingKind, named?: StoredMapping, known?: readonly StoredMapping[] }

/** The rows of a file, read through a mapping. Throws `ProblemError`. */
export async function readSentFile (
  file: SentFile, { kind, named, known = [] }: Choice, context: MappingContext, slices: Slices
): Promise<SentRows> {
  if (named !== undefined) return await readThrough(file, named, context, slices)
  const [only, ...others] = known
  const table = await readFile(file, {}, fieldHeadings(kind), slices)
  if (isOurs(table, kind)) return await readImplicit(table, kind, context, slices)
  if (only === undefined || others.length > 0) throw noMapping(table, kind, known, context)
  const { warnings = [], ...sent } = await readThrough(file, only, context, slices)
  const chosen = {
    code: 'mapping-chosen',
    detail: `The request names no mapping; the file is read through the only one that the source has, ${only.name}.`
  }
  return { ...sent, warnings: [chosen, ...warnings] }
}

async function readThrough (
  file: SentFile, { name, version, body }: StoredMapping, context: MappingContext, slices: Slices
): Promise<SentRows> {
  const table = await readFile(file, body.file ?? {}, columnsOf(body), slices)
  return { ...await readMapped(table, body, context, slices), mapping: { name, version } }
}

// What is kept aside of such a row is sent again as JSON, so it is what was made of it, not its texts.
async function readImplicit (
  table: Table, kind: MappingKind, context: MappingContext, slices: Slices
): Promise<SentRows> {
  const sent = await readMapped(table, implicitMapping(table, kind), context, slices)
  const { rows, raw } = sent
  return { ...sent, raw: (index) => plainRow(rows[index], raw?.(index) as Record<string, string> | undefined) }
}

/** What cannot be read is the text that it was. */
function plainRow (row: unknown, texts: Record<string, string> = {}): unknown {
  if (typeof row !== 'object' || row === null) return texts
  const byKey = new Map(Object.entries(texts).map(([heading, text]) => [keyOf(heading), text]))
  const plain = (fields: object, prefix: string): Record<string, unknown> =>
    Object.fromEntries(Object.entries(fields).map(([name, value]: [string, unknown]) => {
      if (typeof value === 'symbol') return [name, byKey.get(`${prefix}${name}`) ?? null]
      return [name, typeof value === 'object' && value !== null ? plain(value, `${name}.`) : value]
    }))
  return plain(row, '')
}

function noMapping (
  { headings }: Table, kind: MappingKind, known: readonly StoredMapping[], { source }: MappingContext
): ProblemError {
  if (known.length > 0) {
    const names = known.map(({ name }) => name).slice(0, 10).join(' or ')
    return new ProblemError('mapping-needed', `Name one of the mappings that the source has: ?mapping=${names}.`)
  }
  const keys = new Set(headings.map(keyOf))
  const missing = REQUIRED[kind].filter((field) => !keys.has(field))
  const address = `/v1/sources/${nameOfSource(source)}`
  return new ProblemError(
    'mapping-needed',
    `Nobody said what the columns mean, and none is headed ${listOf(missing, 'or')}. Have a mapping proposed with ` +
      `POST ${address}/mappings:suggest, store it with PUT ${address}/mappings/{mapping}, and send the file with ` +
      '?mapping=.'
  )
}
