import { isDeepStrictEqual } from 'node:util'
import { changeCatalogue, mustGovern, type CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { ProblemError, ROW_ERRORS_LISTED, type RowError } from '../../errors.ts'
import { rowCheck, type RowCheck } from '../../intake/check-schema.ts'
import { inWordsOf } from './cells.ts'
import { inWords, type Kind } from './kind.ts'

/** Rows of one request, as they came. */
export interface Sent {
  rows: readonly unknown[]
  /** Of a CSV: where each stands. */
  lines?: readonly number[] | undefined
  /** What the address says of them. */
  given?: Record<string, unknown>
}

/** A row as it is to be, and as it is. */
interface Planned { key: string, input: Record<string, unknown>, before: Record<string, unknown> | undefined }

/** What a request would change, or has changed, by the keys of the rows. */
export interface Changes {
  created: string[]
  changed: Array<{ key: string, fields: Record<string, { from: unknown, to: unknown }> }>
  unchanged: string[]
}

/** What was found wrong with a request for rows; `form`: it does not even have the form of one. */
interface Checked { planned: Planned[], errors: RowError[], form: boolean }

/** How many keys a line of the audit trail lists. */
const KEYS_AUDITED = 100

/**
 * Checks every row of a request, all of them together, and says what each would change. Throws `ProblemError`
 * (forbidden) for a row of an authority that whoever sends it does not govern.
 */
export async function checkSent (kind: Kind, change: CatalogueChange, sent: Sent): Promise<Checked> {
  const check = checkOf(kind)
  const errors: RowError[] = []
  const planned: Planned[] = []
  for (const [index, row] of sent.rows.entries()) {
    const { complete, before } = completed(kind, change, row, sent.given)
    if (check.fits(complete)) planned.push({ key: keyOf(kind, complete), input: complete, before })
    else errors.push(...(errors.length < ROW_ERRORS_LISTED ? explain(kind, complete, index) : [formless(index)]))
  }
  const form = errors.length > 0
  if (!form) {
    for (const { input } of planned) {
      mustGovernRow(kind, change, input)
    }
    errors.push(...repeated(kind, planned), ...await faults(kind, change, planned))
  }
  errors.sort((a, b) => a.index - b.index)
  return { planned, errors: errors.map((error) => located(error, sent.lines)), form }
}

/** Throws `ProblemError` (forbidden) unless whoever changes a row governs it. */
export function mustGovernRow (kind: Kind, change: CatalogueChange, row: object): void {
  const authority = kind.authorityOf?.(change.catalogue.directory, row)
  if (kind.permission !== 'administrator' || authority === undefined) return
  if (authority !== null) mustGovern(change, authority)
  else if (change.principal.kind !== 'operator') {
    throw new ProblemError('forbidden', 'Only the operator may change what holds for all authorities.')
  }
}

/** Stores what was checked, in one transaction with one line of the audit trail. */
export async function store (
  kind: Kind, change: CatalogueChange, planned: readonly Planned[], entry: { action: string, subject: string }
): Promise<void> {
  const { directory } = change.catalogue
  const owners = new Set(planned.map(({ input }) => kind.authorityOf?.(directory, input)?.id ?? null))
  const [owner = null] = owners.size === 1 ? owners : []
  const [only] = planned
  const detail = planned.length === 1 && only !== undefined
    ? only.input
    : { count: planned.length, keys: planned.slice(0, KEYS_AUDITED).map(({ key }) => key) }
  await changeCatalogue(change, { ...entry, detail, authorityId: owner }, async (trx, at) => {
    await kind.write(trx, planned.map(({ input }) => input), at, directory)
  })
}

/** Rows that are not as they would be: what is sent back as it was read stays as it was shipped. */
export const different = (planned: readonly Planned[]): Planned[] =>
  planned.filter((row) => row.before === undefined || Object.keys(fieldsChanged(row)).length > 0)

export function changesOf (planned: readonly Planned[]): Changes {
  const changes: Changes = { created: [], changed: [], unchanged: [] }
  for (const row of planned) {
    const fields = fieldsChanged(row)
    if (row.before === undefined) changes.created.push(row.key)
    else if (Object.keys(fields).length === 0) changes.unchanged.push(row.key)
    else changes.changed.push({ key: row.key, fields })
  }
  return changes
}

/** The refusal of a request with bad rows. */
export function rejectRows (errors: readonly RowError[]): ProblemError {
  const rows = new Set(errors.map(({ index }) => index)).size
  return new ProblemError(
    'rows-rejected', `${rows} ${rows === 1 ? 'row was' : 'rows were'} refused, so nothing was stored.`, listed(errors)
  )
}

/** The refusal of the one row of a request. */
export function rejectOne ({ errors, form }: Checked): ProblemError {
  const [first] = errors
  if (first === undefined) throw new TypeError('nothing is wrong with it')
  return new ProblemError(form ? 'invalid-request' : first.code, first.detail, listed(errors))
}

const listed = (errors: readonly RowError[]) => ({
  errors: errors.slice(0, ROW_ERRORS_LISTED), errors_total: errors.length
})

function fieldsChanged ({ input, before = {} }: Planned): Changes['changed'][number]['fields'] {
  return Object.fromEntries(
    Object.entries(input).filter(([name, value]) => !isDeepStrictEqual(value, before[name]))
      .map(([name, value]) => [name, { from: before[name] ?? null, to: value }])
  )
}

const checks = new WeakMap<Kind, RowCheck<Record<string, unknown>>>()

function checkOf (kind: Kind): RowCheck<Record<string, unknown>> {
  const found = checks.get(kind) ?? rowCheck(kind.input, inWords(kind.one))
  checks.set(kind, found)
  return found
}

// What stays as it is need not be mended, though the rows that are sent with it are checked against it.
async function faults (kind: Kind, change: CatalogueChange, planned: readonly Planned[]): Promise<RowError[]> {
  const found = await kind.check(change, planned.map(({ input }) => input))
  const changing = new Set(different(planned))
  return found.filter(({ index }) => planned[index] !== undefined && changing.has(planned[index]))
}

// A field with alternatives is said to fit none of them: better to say what there is.
function explain (kind: Kind, row: unknown, index: number): RowError[] {
  return checkOf(kind).explain(row, index).map((error) => {
    const field = kind.input.properties[error.pointer.slice(1)]
    return error.code === 'invalid-value' && field !== undefined && 'anyOf' in field
      ? { ...error, detail: `${error.pointer.slice(1)} must be ${inWordsOf(field)}.` }
      : error
  })
}

// What is left out is as the row has it, or as the schema's default says.
function completed (
  kind: Kind, { catalogue: { directory } }: CatalogueChange, row: unknown, given: Record<string, unknown> | undefined
): { complete: unknown, before: Record<string, unknown> | undefined } {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return { complete: row, before: undefined }
  const { properties } = kind.input
  const sent = { ...given, ...Object.fromEntries(Object.entries(row).filter(([name]) => !isShownAlone(kind, name))) }
  const canAsk = kind.address.every(({ field }) => isName((sent as Record<string, unknown>)[field]))
  const input = canAsk ? kind.canonical?.(directory, sent) ?? sent : sent
  const existing = canAsk ? kind.existing(directory, input) : undefined
  const before = existing === undefined ? undefined : kind.toWire(existing, directory) as Record<string, unknown>
  const rest = Object.entries(properties).flatMap(([name, field]) => {
    if (Object.hasOwn(input, name)) return []
    if (before !== undefined && Object.hasOwn(before, name)) return [[name, before[name]]]
    return 'default' in field ? [[name, field['default']]] : []
  })
  return { complete: { ...Object.fromEntries(rest), ...input }, before }
}

// In the place of a name null stands for all.
const isName = (value: unknown): boolean => typeof value === 'string' || value === null

const isShownAlone = ({ row, input }: Kind, name: string): boolean =>
  !Object.hasOwn(input.properties, name) &&
  (Object.hasOwn(row.properties, name) || name === 'licence' || name === 'attribution')

const keyOf = ({ address }: Kind, input: Record<string, unknown>): string =>
  address.map(({ field }) => (input[field] as string | null ?? 'all')).join('/')

function repeated (kind: Kind, planned: readonly Planned[]): RowError[] {
  const first = new Map<string, number>()
  return planned.flatMap(({ key, input }, index) => {
    const identity = kind.identity?.(input) ?? key
    const earlier = first.get(identity)
    first.set(identity, earlier ?? index)
    return earlier === undefined
      ? []
      : [{
          index,
          pointer: `/${kind.address.at(-1)?.field ?? ''}`,
          code: 'invalid-value' as const,
          detail: `${key} stands twice in the list; send each ${inWords(kind.one)} once.`
        }]
  })
}

const formless = (index: number): RowError => ({
  index, pointer: '', code: 'invalid-value', detail: 'The row does not have the form that /docs shows.'
})

/** With the line of the CSV, where it came as one. */
export function located (error: RowError, lines: readonly number[] | undefined): RowError {
  const line = lines?.[error.index]
  if (line === undefined) return error
  const column = error.pointer.slice(1)
  return {
    ...error, line, detail: `Line ${line}${column === '' ? '' : `, column ${column}`}: ${error.detail}`
  }
}
