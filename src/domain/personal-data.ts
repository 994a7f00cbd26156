import { isSpeltNumber } from '../json/exact-json.ts'
import { pointerPart } from '../json/json-pointer.ts'

/**
 * Finds personal data in what a sender puts into fields meant for codes. It says what kind it found and where, never
 * the value, so that neither an answer nor a log repeats it. Made to be called on every string of every row: the
 * pre-check is one pass over the characters and settles nearly all of them.
 */
export type PersonalDataKind =
  | 'email address'
  | 'telephone number'
  | 'National Insurance number'
  | 'full postcode'
  | 'coordinates'

export interface PersonalData {
  kind: PersonalDataKind /** JSON pointer (RFC 6901) into the row. */
  pointer: string
}

/**
 * More levels than any row stored here has. Without a limit a body of brackets alone would run the walk out of stack.
 */
export const DEEPEST_LEVEL = 100

export class NestedTooDeep extends Error {}

/**
 * The first personal data in a row of any JSON, in field names or values; undefined where there is none. Throws
 * `NestedTooDeep`.
 */
export function findPersonalData (row: unknown, pointer = '', level = 0): PersonalData | undefined {
  if (typeof row === 'string') {
    const kind = personalDataIn(row)
    return kind === undefined ? undefined : { kind, pointer }
  }
  // Pass over bytes: their rows are checked when they are read.
  if (typeof row !== 'object' || row === null || ArrayBuffer.isView(row)) return undefined
  if (level > DEEPEST_LEVEL) throw new NestedTooDeep(`nested deeper than ${DEEPEST_LEVEL} levels`)
  if (Array.isArray(row)) {
    for (const [i, item] of row.entries()) {
      const found = findPersonalData(item, `${pointer}/${i}`, level + 1)
      if (found !== undefined) return found
    }
    return undefined
  }
  const fields = row as Record<string, unknown>
  for (const name in fields) {
    // Do not repeat a name that is itself personal data: point at the object that holds it.
    const inName = personalDataIn(name)
    if (inName !== undefined) return { kind: inName, pointer }
    const value = fields[name]
    if (typeof value === 'string') { // the most common case: build no pointer unless something is found
      const kind = personalDataIn(value)
      if (kind !== undefined) return { kind, pointer: `${pointer}/${pointerPart(name)}` }
    } else if (typeof value === 'number') {
      if (isFineCoordinate(name, value)) return { kind: 'coordinates', pointer: `${pointer}/${name}` }
    } else if (isSpeltNumber(value)) {
      if (isFineCoordinate(name, Number(value.rawJSON))) return { kind: 'coordinates', pointer: `${pointer}/${name}` }
    } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      // Check before a pointer is built, as above.
      const found = findPersonalData(value, `${pointer}/${pointerPart(name)}`, level + 1)
      if (found !== undefined) return found
    }
  }
  return undefined
}

const OTHER = 0
const DIGIT = 1
const LETTER = 2
const SPACE = 3
const HYPHEN = 4

/**
 * What kind of personal data a text holds, if any. One pass settles nearly every text; only what it suspects is
 * matched.
 */
export function personalDataIn (text: string): PersonalDataKind | undefined {
  const { length } = text
  let at = false
  let dot = false
  let phoneStart = false
  let wordEnd = false
  let digits = 0
  let letters = 0
  let run = 0
  let longest = 0
  let third = OTHER
  let second = OTHER
  let last = OTHER
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    let kind = OTHER
    if (code >= 48 && code <= 57) {
      // A telephone number starts with a 0 that nothing is joined to; see PHONE.
      if (
        code === 48 && (last === SPACE || (last === OTHER && second !== DIGIT) || (last === HYPHEN && second === OTHER))
      ) phoneStart = true
      digits++
      if (++run > longest) longest = run
      kind = DIGIT
    } else if ((code | 32) >= 97 && (code | 32) <= 122) {
      letters++
      run = 0
      kind = LETTER
    } else {
      if (last === LETTER && endsLikeCode(third, second)) wordEnd = true
      if (code === 64) at = true
      else if (code === 46) dot = true
      else if (code === 43 && text.charCodeAt(i + 1) === 52) phoneStart = true
      else if (code === 32 || code === 40) kind = SPACE
      else if (code === 45 || code === 95) kind = HYPHEN
      if (kind !== SPACE) run = 0
    }
    third = second
    second = last
    last = kind
  }
  if (at && EMAIL.test(text)) return 'email address'
  if (digits < 2) return undefined
  if (phoneStart && digits >= 9 && PHONE.test(text)) return 'telephone number'
  if (digits >= 8 && ((dot && COORDINATES.test(text)) || (longest >= 8 && letters >= 2 && GRID_REFERENCE.test(text)))) {
    return 'coordinates'
  }
  if (letters < 3 || !(wordEnd || (last === LETTER && endsLikeCode(third, second)))) return undefined
  if (digits >= 6 && NATIONAL_INSURANCE.test(text)) return 'National Insurance number'
  return POSTCODE.test(text) ? 'full postcode' : undefined
}

// Before the last letter: of a postcode a digit and a letter, of a National Insurance number a digit, or one and a gap.
function endsLikeCode (third: number, second: number): boolean {
  return second === DIGIT || (third === DIGIT && second !== OTHER)
}

// Every pattern here runs in time linear to the text, because anybody may send megabytes: whatever repeats without
// limit can begin in one place only, and can end in one way only.

// Match one character before the @: more would cost time and find nothing else.
const EMAIL = /[^\s@<>()",;:]@[^\s@<>()",;:]+\.[a-z]{2}/i

// National numbers as Ofcom's National Telephone Numbering Plan writes them; groups may be apart by a space, dot or
// hyphen. Neither a digit nor a letter may touch either end, nor a hyphen or colon after it: those are identifiers and
// dates.
const GAP = '[ .-]?'
const NATIONAL = [
  `7\\d{3}${GAP}\\d{3}${GAP}\\d{3}`,
  `7\\d{2}${GAP}\\d{3}${GAP}\\d{4}`, // mobile
  `1(?:1\\d|\\d1)\\)?${GAP}\\d{3}${GAP}\\d{4}`, // Birmingham, Leeds
  `2\\d\\)?${GAP}\\d{4}${GAP}\\d{4}`, // London, Cardiff
  `1\\d{3}\\)?${GAP}\\d{2,3}${GAP}\\d{3}`,
  `[389]\\d{2}${GAP}\\d{3}${GAP}\\d{4}`,
  `[389]\\d{2}${GAP}\\d{3}${GAP}\\d{3}`
].join('|')
const PHONE = new RegExp(
  '(?<![0-9A-Za-z.+]|[0-9A-Za-z][-_]|[0-9][:/.,])' +
    `(?:\\(?0(?:${NATIONAL})|(?:\\+|00)44${GAP}(?:\\(0\\)${GAP})?\\(?(?:${NATIONAL}))` +
    '(?![0-9A-Za-z:]|[-.][0-9A-Za-z])'
)

// HMRC's manual NIM39110: which letters and prefixes are given out.
const NATIONAL_INSURANCE =
  /(?<![0-9A-Z])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?![0-9A-Z])/i

// The 124 postcode areas, then district, sector and unit; the unit has no C, I, K, M, O or V. An outward code alone
// passes.
const POSTCODE_AREAS =
  'AB|AL|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|B|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|EC|EH|EN|' +
    'EX|E|FK|FY|GL|GU|GY|G|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|LA|LD|LE|LL|LN|LS|LU|L|ME|MK|' +
    'ML|M|NE|NG|NN|NP|NR|NW|N|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|S|' +
    'TA|TD|TF|TN|TQ|TR|TS|TW|T|UB|WA|WC|WD|WF|WN|WR|WS|WV|W|YO|ZE'
const POSTCODE = new RegExp(
  `(?<![0-9A-Z])(?:(?:${POSTCODE_AREAS})\\d\\d?|(?:EC|SW|WC)\\d[A-Y]|E1W|N1[CP]|NW1W|SE1P|W1[A-Y])[ ` +
    '-]{0,2}\\d[ABD-HJLNP-UW-Z]{2}(?![0-9A-Z])',
  'i'
)

// A thousandth of a degree is about a hundred metres, the length of a street; more decimals point at a house. Between
// the two stands white space with a comma, semicolon or stroke in it, or at least one blank. Not \d{4,}: that runs out
// of stack.
const COORDINATES = /(?<![\d.])[-+]?(?:49|5\d|60)\.\d{4}\d*(?:\s*[,;/]|[^\S ]* )\s*[-+]?\d\.\d{4}/
// Six figures are a hundred metres; eight and more are finer.
const GRID_REFERENCE = /(?<![0-9A-Z])[HJNOST][A-HJ-Z] ?(?:\d{4} ?\d{4}|\d{5} ?\d{5})(?![0-9A-Z])/i

const DEGREES = /^(?:lat|latitude|lon|lng|long|longitude)$/i
const METRES = /^(?:easting|eastings|northing|northings)$/i

function isFineCoordinate (name: string, value: number): boolean {
  if (DEGREES.test(name)) return Math.abs(value * 1000 - Math.round(value * 1000)) > 1e-6
  return METRES.test(name) && value % 100 !== 0
}
