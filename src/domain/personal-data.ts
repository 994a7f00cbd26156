import { axisOf, coordinateIn, isFine, isPairOf, type Axis } from './coordinates.ts'
import { isSpeltNumber } from '../json/exact-json.ts'
import { pointerPart } from '../json/json-pointer.ts'
import { personalDataIn, personalDataInId, type PersonalDataKind } from './personal-text.ts'

export { personalDataIn, personalDataInId, type PersonalDataKind }

/**
 * Finds personal data in what a sender puts into fields meant for codes. It says what kind it found and where, never
 * the value, so that neither an answer nor a log repeats it. Made to be called on every string of every row.
 */
export interface PersonalData {
  kind: PersonalDataKind /** JSON pointer (RFC 6901) into the row. */
  pointer: string
}

/**
 * More levels than any row stored here has. Without a limit a body of brackets alone would run the walk out of stack.
 */
export const DEEPEST_LEVEL = 100

export class NestedTooDeep extends Error {}

/** Nobody mends more of a row at once. */
const MOST_FOUND = 20

/**
 * The personal data in a row of any JSON, in field names or values: the first of it, or with `all` some more. `opaque`:
 * the field of an id. Throws `NestedTooDeep`.
 */
export function personalDataOf (
  row: unknown, { opaque, all = false }: { opaque?: string | undefined, all?: boolean } = {}
): PersonalData[] {
  const found: PersonalData[] = []
  look({ found, most: all ? MOST_FOUND : 1, opaque }, row, '', '', 0)
  return found
}

/** The first of it; undefined where there is none. Throws `NestedTooDeep`. */
export const findPersonalData = (row: unknown, opaque?: string): PersonalData | undefined =>
  personalDataOf(row, { opaque })[0]

interface Search { found: PersonalData[], most: number, opaque: string | undefined }

/** Returns whether enough is found. */
function look (search: Search, value: unknown, pointer: string, name: string, level: number): boolean {
  if (typeof value === 'string') return tell(search, personalDataIn(value), pointer)
  // Pass over bytes: their rows are checked when they are read.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || isSpeltNumber(value)) return false
  if (level > DEEPEST_LEVEL) throw new NestedTooDeep(`nested deeper than ${DEEPEST_LEVEL} levels`)
  if (!Array.isArray(value)) return lookInFields(search, value as Record<string, unknown>, pointer, level)
  if (PLACES.test(name) && isPairOf(value)) return tell(search, 'coordinates', pointer)
  return value.some((item, i) => look(search, item, `${pointer}/${i}`, name, level + 1))
}

const PLACES = /coord|point|position|geom|centroid|location|latl/i

function lookInFields (search: Search, fields: Record<string, unknown>, pointer: string, level: number): boolean {
  for (const name in fields) {
    // Do not repeat a name that is itself personal data: point at the object that holds it.
    if (tell(search, personalDataIn(name), pointer)) return true
    const value = fields[name]
    const kind = typeof value === 'string'
      ? level === 0 && name === search.opaque ? personalDataInId(value) : personalDataIn(value)
      : undefined
    // Build no pointer unless something is found.
    const known = kind ?? placeIn(name, value, fields)
    if (known !== undefined) {
      if (tell(search, known, `${pointer}/${pointerPart(name)}`)) return true
    } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      if (look(search, value, `${pointer}/${pointerPart(name)}`, name, level + 1)) return true
    }
  }
  return false
}

function tell ({ found, most }: Search, kind: PersonalDataKind | undefined, pointer: string): boolean {
  if (kind !== undefined) found.push({ kind, pointer })
  return found.length >= most
}

/** What a field says by its name and its value: one coordinate, or which property. */
function placeIn (name: string, value: unknown, fields: Record<string, unknown>): PersonalDataKind | undefined {
  const meaning = meaningOf(name)
  if (meaning === undefined) return undefined
  if (meaning === 'property') return UPRN.test(String(value)) ? 'property number' : undefined
  const number = numberIn(value)
  if (number === undefined || !isFine(meaning, number)) return undefined
  if (meaning !== 'x' && meaning !== 'y') return 'coordinates'
  const other = Object.keys(fields).find((one) => meaningOf(one) === (meaning === 'x' ? 'y' : 'x'))
  const along = other === undefined ? undefined : numberIn(fields[other])
  return along !== undefined && isFine(meaning, along) ? 'coordinates' : undefined
}

/** Up to twelve digits, leading zeros kept or not. */
const UPRN = /^\s*0*[1-9]\d{0,11}\s*$/

function numberIn (value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return coordinateIn(value)
  return isSpeltNumber(value) ? Number(value.rawJSON) : undefined
}

type Meaning = Axis | 'property'

/** Senders name the same few fields again and again; a map that is full begins anew. */
const meanings = new Map<string, Meaning>()
const [MOST_NAMES, LONGEST_NAME] = [5000, 60]

function meaningOf (name: string): Meaning {
  if (name.length > LONGEST_NAME) return undefined
  if (meanings.has(name)) return meanings.get(name)
  if (meanings.size >= MOST_NAMES) meanings.clear()
  const meaning = /(?:^|[^a-z])uprn(?:$|[^a-z])/i.test(name) ? 'property' : axisOf(name)
  meanings.set(name, meaning)
  return meaning
}
