import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'

const FOLDER = join(import.meta.dirname, '../data')

/** Raised when what the loader makes of the files changes, so that they are loaded again. */
const RULES = '2'

/** The shipped files and the columns that the loader reads. */
export const COLUMNS = {
  authorities: [
    'gss', 'slug', 'name', 'short_name', 'type', 'gov_uk_tier', 'parent_gss', 'combined_authority_gss', 'covers',
    'nation', 'region', 'population_2020', 'valid_from', 'valid_to', 'replaced_by', 'former_gss', 'aliases', 'source'
  ],
  'authority-code-aliases': ['old_gss', 'current_gss', 'slug'],
  services: [
    'slug', 'title', 'lgsl', 'lgil', 'lgsl_label', 'lgil_label', 'kind', 'providing_tier', 'core', 'denominator', 'uri',
    'evidence', 'status'
  ],
  lgsl: ['lgsl', 'label', 'status', 'kind', 'providing_tier', 'modified', 'scope_note'],
  channels: [
    'channel', 'label', 'digital_class', 'performance_platform_key', 'aliases_seen_pipe_separated', 'note'
  ],
  wards: ['code', 'name', 'authority', 'authority_now', 'first_year', 'last_year', 'basis'],
  'solihull-wards': ['ward_gss', 'name', 'slug', 'authority_gss', 'valid_from', 'valid_to', 'successor_note'],
  'service-provision': ['authority_slug', 'service', 'delivers', 'provider_slug', 'basis'],
  'provision-rules': ['scope', 'lgsl', 'delivers', 'provider', 'services', 'basis']
} as const satisfies Record<string, readonly string[]>

export type FileName = keyof typeof COLUMNS
/** The text of each shipped file. */
export type Texts = Record<FileName, string>

const NAMES = Object.keys(COLUMNS) as FileName[]

export function readTexts (): Texts {
  return Object.fromEntries(NAMES.map((name) => [name, readFileSync(join(FOLDER, `${name}.csv`), 'utf8')])) as Texts
}

/** Which edition of the catalogue the files are. */
export function digestOf (texts: Texts): string {
  return createHash('sha256').update([RULES, ...NAMES.map((name) => texts[name])].join('\0')).digest('hex')
}

/** A line of a file: where it stands (`wards.csv:12`) and its cells by column, empty where there is nothing. */
export interface Line { at: string, cells: Record<string, string> }

/** Says what is wrong with a line, and what to do. */
export type Report = (at: string, detail: string) => void

/** The lines of a file. Reports a file that cannot be read, or lacks a column. */
export function linesOf (texts: Texts, name: FileName, report: Report): Line[] {
  try {
    const options = { columns: true, skip_empty_lines: true, info: true } as const
    const records = parse(texts[name], options) as unknown as Array<{ record: Line['cells'], info: { lines: number } }>
    const lines = records.map(({ record: cells, info }) => ({ at: `${name}.csv:${info.lines}`, cells }))
    const missing = COLUMNS[name].filter((column) => lines[0]?.cells[column] === undefined)
    if (missing.length === 0) return lines
    report(`${name}.csv:1`, `the column ${missing.join(', ')} is missing; add it to the header and to every line`)
  } catch (error) {
    const { lines, message } = error as { lines?: number, message: string }
    report(`${name}.csv:${lines ?? 1}`, `cannot be read (${message}); mend the line`)
  }
  return []
}

export const orNull = (text: string | undefined): string | null => text === undefined || text === '' ? null : text
export const words = (text: string | undefined): string[] => (text ?? '').split(/[\s,]+/).filter((word) => word !== '')
