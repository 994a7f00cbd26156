import type { Kysely } from 'kysely'
import { formatDay, parseDay } from '../domain/calendar.ts'
import { ProblemError, type RowError } from '../errors.ts'
import type { Tables } from '../postgres/tables.ts'
import { isUnknown, type Area, type Authority, type Directory } from './directory.ts'
import { explainUnknown } from './explain.ts'
import { putRows, removeRow, endRow } from './store/catalogue-rows.ts'

/** An area as it is set; its form is right. Dates inclusive, null where open. */
export interface AreaInput {
  /** Slug, or as it was sent where there is none. */
  authority: string
  code: string
  kind: string
  name: string
  valid_from: string | null
  valid_to: string | null
  note: string
}

/** The kinds of area, with the first letters of their GSS codes. */
export const AREA_KINDS: Record<string, string[]> = {
  ward: ['E05', 'W05', 'S13', 'N08'], 'electoral-division': ['E58', 'W40']
}
const GSS = /^[A-Z]\d{8}$/

/** Areas that are there, whoever they are of. */
export const areasOfAll = (directory: Directory): Area[] =>
  [...directory.areaById.values()].filter(({ removed_at: removed }) => removed === null)

/** The area of an authority with a code. */
export const areaOf = (directory: Directory, { id }: Authority, code: string): Area | undefined =>
  directory.areasByCode(code).find((area) => area.authority_id === id)

/** Everything wrong with areas that are to be set, those of one list against one another too. */
export function checkAreas (directory: Directory, inputs: readonly AreaInput[]): RowError[] {
  const sent = new Set(inputs.map(({ authority, code }) => `${authority}/${code}`))
  const ownerOf = (area: Area): string => directory.authorityById.get(area.authority_id)?.slug ?? ''
  const stored = areasOfAll(directory).filter((area) => !sent.has(`${ownerOf(area)}/${area.code}`))
    .map(({ code, from, to, ...area }) => ({ code, from, to, authority: ownerOf({ code, from, to, ...area }) }))
  const holders = Map.groupBy(
    [...stored, ...inputs.map((input) => ({ code: input.code, authority: input.authority, ...daysOf(input) }))],
    ({ code }) => code
  )
  return inputs.flatMap((input, index) => {
    const refuse = (pointer: string, detail: string): RowError[] => [{ index, pointer, code: 'invalid-value', detail }]
    const authority = directory.authority(input.authority)
    if (isUnknown(authority)) {
      return [{
        index, pointer: '/authority', code: 'unknown-authority', detail: explainUnknown(authority, 'authority')
      }]
    }
    if (slugOf(input.name) === '') return refuse('/name', 'A ward needs a name.')
    const { code, kind } = input
    const prefixes = AREA_KINDS[kind] ?? []
    if (GSS.test(code) && !prefixes.includes(code.slice(0, 3))) {
      return refuse('/code', `${code} is not the code of a ${kind}; those begin with ${prefixes.join(', ')}.`)
    }
    const { from, to } = daysOf(input)
    if (from > to) return refuse('/valid_to', 'valid_to lies before valid_from.')
    const other = holders.get(code)?.find((one) =>
      one.authority !== input.authority && one.from <= to && from <= one.to
    )
    return other === undefined
      ? []
      : refuse('/code', `${code} is a ward of another authority, ${other.authority}, on the same days; end it first.`)
  })
}

/**
 * For those who may not change wards of days that are released: throws `ProblemError` (forbidden) where a ward would
 * exist on such a day on which it does not, or the other way round. `changesFrom`: the first day that is not released.
 */
export function refuseReleasedDays (
  directory: Directory,
  authority: Authority,
  inputs: ReadonlyArray<Pick<AreaInput, 'code' | 'valid_from' | 'valid_to'>>,
  changesFrom: number
): void {
  const early = inputs.find((input) =>
    firstChange(areaOf(directory, authority, input.code), daysOf(input)) < changesFrom
  )
  if (early === undefined) return
  throw new ProblemError(
    'forbidden',
    `The dates of ${early.code} change before ${formatDay(changesFrom)}, up to which figures of wards are ` +
      'released: ask the operator.'
  )
}

/** The same for a ward that is to end before `from`, or never to have been. */
export function refuseReleasedEnd (area: Area, from: number | undefined, changesFrom: number): void {
  const first = from === undefined ? area.from : Math.min(from, area.to + 1)
  if (first >= changesFrom) return
  throw new ProblemError(
    'forbidden',
    `${area.code} exists before ${formatDay(changesFrom)}, up to which figures of wards are released: ask the operator.`
  )
}

// The first day on which a ward exists that did not before, or the other way round; Infinity where there is none.
function firstChange (known: Area | undefined, { from, to }: { from: number, to: number }): number {
  if (known === undefined) return from
  return Math.min(
    known.from === from ? Infinity : Math.min(known.from, from), known.to === to ? Infinity : Math.min(known.to, to)
  )
}

function daysOf ({ valid_from: from, valid_to: to }: Pick<AreaInput, 'valid_from' | 'valid_to'>) {
  return {
    from: from === null ? -Infinity : parseDay(from) ?? -Infinity, to: to === null ? Infinity : parseDay(to) ?? Infinity
  }
}

/** A code that is no GSS code is marked as one of ours. */
export async function writeAreas (
  db: Kysely<Tables>, inputs: readonly AreaInput[], at: Date, directory: Directory
): Promise<void> {
  const rows = inputs.flatMap(({ authority: name, code, kind, ...area }) => {
    const authority = directory.authority(name)
    return isUnknown(authority)
      ? []
      : [{
          authority_id: authority.id,
          code,
          provisional_code: !GSS.test(code),
          kind,
          slug: slugOf(area.name),
          dates_basis: 'stated',
          ...area
        }]
  })
  await putRows(db, 'area', ['code', 'authority_id'], rows, at)
}

export async function removeArea (db: Kysely<Tables>, { id }: Area, at: Date): Promise<void> {
  await removeRow(db, 'area', id, at)
}

export async function endArea (db: Kysely<Tables>, { id }: Area, lastDay: string, at: Date): Promise<void> {
  await endRow(db, 'area', id, lastDay, at)
}

/** A name as it stands in an address; empty where it has no letter or digit. */
export function slugOf (name: string): string {
  return name.normalize('NFKD').replaceAll(/[\u0300-\u036F'’]/g, '').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
