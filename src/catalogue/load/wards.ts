import { dayOf, dayParts, formatDay, parseDay } from '../../domain/calendar.ts'
import { slugOf } from '../areas.ts'
import { byCode } from './authorities.ts'
import { orNull, type Line, type Report } from './files.ts'
import type { At, ShippedArea, ShippedAuthority } from './shipped.ts'

/** The first of the yearly lists: what stands in it may have begun in any year before. */
const FIRST_LIST = 2016
const THURSDAY = 3

/**
 * Wards with dates derived from the yearly lists in which they stand. They come in on the day of the elections in May,
 * or with a new council, and end the day before the elections after which they are no longer listed, or with their
 * council. A ward that passed from a council to its successor is a row of each. `exact` are the wards of whole
 * authorities whose dates are known; they take the place of the others.
 */
export function shippedWards (
  lines: Line[], exact: Line[], authorities: ReadonlyArray<At<ShippedAuthority>>, report: Report
): Array<At<ShippedArea>> {
  const known = byCode(authorities)
  const stated = exact.flatMap((line) => statedWard(line, known, report) ?? [])
  const withExact = new Set(stated.map(({ row }) => row.authority))
  const firstYears = yearsOfFirstWards(lines, known)
  const codes = new Set(stated.map(({ row }) => row.code))
  const derived = lines.flatMap((line): Array<At<ShippedArea>> => {
    const own = known.get(line.cells['authority'] ?? '')
    const now = known.get(line.cells['authority_now'] ?? '')
    if (own === undefined || now === undefined) {
      report(line.at, 'its authority or authority_now is not an authority; use a GSS code of authorities.csv')
      return []
    }
    if (withExact.has(own.key)) {
      if (!codes.delete(line.cells['code'] ?? '')) report(line.at, 'stands not in solihull-wards.csv; add it there')
      return []
    }
    return derivedWards(line, own, now, firstYears.get(own.key) === Number(line.cells['first_year']), report)
  })
  for (const { at, row } of stated) if (codes.has(row.code)) report(at, `${row.code} stands not in wards.csv; add it`)
  return [...stated, ...derived]
}

// The wards of councils that a new one follows are its wards from its first day, if they are still listed.
function yearsOfFirstWards (lines: Line[], known: Map<string, ShippedAuthority>): Map<string, number> {
  const years = new Map<string, number>()
  const note = (council: ShippedAuthority | undefined, year: number): unknown =>
    council !== undefined && years.set(council.key, Math.min(years.get(council.key) ?? Infinity, year))
  for (const { cells } of lines) {
    const [own, now] = [known.get(cells['authority'] ?? ''), known.get(cells['authority_now'] ?? '')]
    note(own, Number(cells['first_year']))
    if (now !== own && cells['last_year'] === '') note(now, yearOf(now?.valid_from ?? null))
  }
  return years
}

function statedWard (
  { at, cells }: Line, known: Map<string, ShippedAuthority>, report: Report
): At<ShippedArea> | undefined {
  const authority = known.get(cells['authority_gss'] ?? '')
  if (authority === undefined) {
    report(at, `${cells['authority_gss']} is no authority; use a GSS code of authorities.csv`)
    return undefined
  }
  return {
    at,
    row: {
      ...ward(cells['ward_gss'] ?? '', cells['name'] ?? '', authority),
      slug: cells['slug'] ?? '',
      valid_from: orNull(cells['valid_from']),
      valid_to: orNull(cells['valid_to']),
      note: cells['successor_note'] ?? '',
      dates_basis: 'stated'
    }
  }
}

function derivedWards (
  { at, cells }: Line, own: ShippedAuthority, now: ShippedAuthority, isFirst: boolean, report: Report
): Array<At<ShippedArea>> {
  const { code = '', name = '', basis } = cells
  const [first, last] = [Number(cells['first_year']), Number(orNull(cells['last_year']) ?? Infinity)]
  if (!Number.isInteger(first) || !(Number.isInteger(last) || last === Infinity) || first >= last) {
    report(at, 'first_year and last_year are not years in order; write for example 2016 and 2019')
    return []
  }
  const dates_basis = `derived: ${basis}`
  const from = begin(own, first, isFirst)
  const leaves = last === Infinity ? Infinity : electionDay(last) - 1
  const ended = dayOr(own.valid_to, Infinity)
  const rows = [{
    at, row: { ...ward(code, name, own), valid_from: from, valid_to: dayText(Math.min(leaves, ended)), dates_basis }
  }]
  if (now !== own && ended < Infinity && last === Infinity) {
    const passes = dayText(Math.max(ended + 1, dayOr(now.valid_from, -Infinity)))
    rows.push({ at, row: { ...ward(code, name, now), valid_from: passes, valid_to: null, dates_basis } })
  }
  return rows
}

// A council that is newer than the first list has its first wards from its own first day: elections may come later.
function begin ({ valid_from: founded }: ShippedAuthority, first: number, isFirst: boolean): string | null {
  const council = yearOf(founded)
  if (council >= FIRST_LIST && council <= first && isFirst) return founded
  return first <= FIRST_LIST ? null : dayText(electionDay(first))
}

/** The first Thursday of May. */
function electionDay (year: number): number {
  const first = dayOf(year, 5, 1)
  return first + (THURSDAY - dayParts(first).weekday + 7) % 7
}

function ward (code: string, name: string, authority: ShippedAuthority) {
  return { authority: authority.key, code, provisional_code: false, kind: 'ward', slug: slugOf(name), name, note: '' }
}

const yearOf = (date: string | null): number => date === null ? -Infinity : Number(date.slice(0, 4))
const dayOr = (text: string | null, open: number): number => text === null ? open : parseDay(text) ?? open
const dayText = (day: number): string | null => Number.isFinite(day) ? formatDay(day) : null
