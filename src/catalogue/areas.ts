import { parse } from 'csv-parse/sync'
import { formatDay, parseDay } from '../domain/calendar.ts'
import { ProblemError, type RowError } from '../errors.ts'
import { upsertAreas } from './store/catalogue.ts'
import type { Authority } from './directory.ts'
import { changeCatalogue, type CatalogueChange } from './catalogue-change.ts'
import type { Catalogue } from './live.ts'

/** A ward as an authority sends it; dates inclusive, left out or empty where open. */
export interface AreaInput {
  code: string
  name: string
  valid_from?: string | null
  valid_to?: string | null
  note?: string
}

const CODE = /^[A-Za-z0-9][A-Za-z0-9-]{2,79}$/
const GSS = /^[ENSW]\d{8}$/
const COLUMNS = ['code', 'name', 'valid_from', 'valid_to', 'note']

/** Rows of a CSV with a header. Throws `ProblemError` where it cannot be read or has columns that are not known. */
export function parseAreasCsv (text: string): AreaInput[] {
  try {
    const options = { columns: true, skip_empty_lines: true, bom: true, trim: true } as const
    const rows: Array<Record<string, string>> = parse(text, options)
    const unknown = Object.keys(rows[0] ?? {}).find((column) => !COLUMNS.includes(column))
    if (unknown !== undefined) {
      throw new ProblemError(
        'invalid-request',
        `${/^\w{1,40}$/.test(unknown) ? `The column ${unknown}` : 'A column'} is not known; use ${COLUMNS.join(', ')}.`
      )
    }
    return rows.map(({ code = '', name = '', valid_from, valid_to, note = '' }) => ({
      code, name, valid_from: valid_from || null, valid_to: valid_to || null, note
    }))
  } catch (error) {
    if (error instanceof ProblemError) throw error
    const { lines: line } = error as { lines?: number } // its message quotes the text
    throw new ProblemError(
      'invalid-request',
      `The CSV cannot be read${line === undefined ? '' : `; look at line ${line}`}.`
    )
  }
}

/**
 * Adds wards of an authority, or changes those with the same code; the others stay, because events were reported of
 * them. All or nothing: throws `ProblemError` with every bad row, or where dates would change before `changesFrom`. A
 * code that is no GSS code is marked as one of ours.
 */
export async function saveAreas (
  change: CatalogueChange,
  authority: Authority,
  areas: AreaInput[],
  changesFrom = -Infinity
): Promise<void> {
  const { catalogue } = change
  const early = areas.find((area) => firstChange(catalogue, area) < changesFrom)
  if (early !== undefined) {
    throw new ProblemError(
      'forbidden',
      `The dates of ${early.code} change before ${formatDay(changesFrom)}, up to which figures of wards are ` +
        'released: ask the operator.'
    )
  }
  const errors = areas.flatMap((area, index) => check(catalogue, authority, area, index))
  const repeated = areas.findIndex(({ code }, i) => areas.findIndex((other) => other.code === code) !== i)
  if (repeated !== -1) {
    errors.push({
      index: repeated, pointer: '/code', code: 'invalid-value', detail: 'The code stands twice in the list.'
    })
  }
  if (errors.length > 0) {
    throw new ProblemError('rows-rejected', 'Rows were refused, so nothing was stored.', {
      errors, errors_total: errors.length
    })
  }
  const entry = {
    action: 'put-areas',
    subject: authority.slug,
    detail: { areas: areas.map(({ code }) => code) },
    authorityId: authority.id
  }
  await changeCatalogue(change, entry, async (trx) => {
    await upsertAreas(
      trx,
      areas.map(({ code, name, valid_from = null, valid_to = null, note = '' }) => ({
        authority_id: authority.id,
        code,
        provisional_code: !GSS.test(code),
        kind: 'ward',
        slug: slugOf(name),
        name,
        valid_from,
        valid_to,
        note
      }))
    )
  })
}

/** The first day on which a ward exists that did not before, or the other way round; Infinity where there is none. */
function firstChange ({ directory }: Catalogue, { code, valid_from: from, valid_to: to }: AreaInput): number {
  const [known] = directory.areasByCode(code)
  const start = from == null ? -Infinity : parseDay(from) ?? -Infinity
  const end = to == null ? Infinity : parseDay(to) ?? Infinity
  if (known === undefined) return start
  return Math.min(
    known.from === start ? Infinity : Math.min(known.from, start), known.to === end ? Infinity : Math.min(known.to, end)
  )
}

function check (
  { directory }: Catalogue,
  authority: Authority,
  { code, name, valid_from: from, valid_to: to }: AreaInput,
  index: number
): RowError[] {
  const refuse = (pointer: string, detail: string): RowError[] => [{ index, pointer, code: 'invalid-value', detail }]
  if (!CODE.test(code)) {
    return refuse('/code', 'A code has 3 to 80 letters, digits and hyphens; send the GSS code where there is one.')
  }
  if (name === '' || slugOf(name) === '') return refuse('/name', 'A ward needs a name.')
  const [owner] = directory.areasByCode(code)
  if (owner !== undefined && owner.authority_id !== authority.id) {
    return refuse('/code', `${code} is a ward of another authority.`)
  }
  for (const [pointer, date] of [['/valid_from', from], ['/valid_to', to]] as const) {
    if (date != null && parseDay(date) === undefined) {
      return refuse(pointer, `${date} is not a day of the calendar; send YYYY-MM-DD.`)
    }
  }
  return from != null && to != null && from > to ? refuse('/valid_to', 'valid_to lies before valid_from.') : []
}

/** A name as it stands in an address; empty where it has no letter or digit. */
export function slugOf (name: string): string {
  return name.normalize('NFKD').replaceAll(/[\u0300-\u036F'’]/g, '').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
