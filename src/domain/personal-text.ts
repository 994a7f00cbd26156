import { holdsCoordinates, type Seen } from './coordinates.ts'
import { undisguised } from './undisguised.ts'

export type PersonalDataKind =
  | 'email address'
  | 'telephone number'
  | 'National Insurance number'
  | 'full postcode'
  | 'coordinates'
  | 'property number'

const OTHER = 0
const DIGIT = 1
const LETTER = 2
const SPACE = 3
const HYPHEN = 4

/**
 * What kind of personal data a text holds, if any, in disguise too. One pass settles nearly every text; only what it
 * suspects is matched.
 */
export function personalDataIn (text: string, disguised = true): PersonalDataKind | undefined {
  const { length } = text
  let at = false
  let dot = false
  let bracket = false
  let odd = false
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
      // A telephone number starts with a 0 or with 44, that nothing is joined to; see PHONE.
      if (
        (code === 48 || (code === 52 && text.charCodeAt(i + 1) === 52)) &&
        (last === SPACE || (last === OTHER && second !== DIGIT) || (last === HYPHEN && second === OTHER))
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
      else if (code === 32) kind = SPACE
      else if (code === 40) {
        kind = SPACE
        bracket = true
      } else if (code === 45 || code === 95) kind = HYPHEN
      else if (code === 91 || code === 123) bracket = true
      else if (code > 126) odd = true
      if (kind !== SPACE) run = 0
    }
    third = second
    second = last
    last = kind
  }
  if (last === LETTER && endsLikeCode(third, second)) wordEnd = true
  if (!at && !bracket && !odd && (digits < 2 || (digits < 8 && !wordEnd))) return undefined
  const found = matched(text, { at, bracket, odd, dot, phoneStart, wordEnd, digits, letters, longest })
  if (found !== undefined || !odd || !disguised) return found
  const plain = undisguised(text)
  return plain === text ? undefined : personalDataIn(plain, false)
}

interface Suspected extends Seen { at: boolean, phoneStart: boolean, wordEnd: boolean }

function matched (text: string, seen: Suspected): PersonalDataKind | undefined {
  const { digits, letters } = seen
  if ((seen.at && EMAIL.test(text)) || (seen.bracket === true && EMAIL_IN_WORDS.test(text))) return 'email address'
  if (digits < 2) return undefined
  if (seen.phoneStart && digits >= 9 && PHONE.test(text)) return 'telephone number'
  if (holdsCoordinates(text, seen)) return 'coordinates'
  if (letters < 3 || !seen.wordEnd) return undefined
  if (digits >= 6 && NATIONAL_INSURANCE.test(text)) return 'National Insurance number'
  return POSTCODE.test(text) ? 'full postcode' : undefined
}

/**
 * The same of an id, which is the sender's own and may have any shape: of a case number nobody can say that it is none.
 * Found is only what says itself what it is: an address by its @, a telephone number by its +44, coordinates by their
 * decimals.
 */
export function personalDataInId (id: string): PersonalDataKind | undefined {
  if (id.includes('@') && EMAIL.test(id)) return 'email address'
  if (id.includes('+') && INTERNATIONAL.test(id)) return 'telephone number'
  return id.includes('.') && holdsCoordinates(id, { digits: id.length, letters: 0, longest: 0, dot: true })
    ? 'coordinates'
    : undefined
}

// Before the last letter: of a postcode a digit and a letter, of a National Insurance number a digit, or one and a gap.
function endsLikeCode (third: number, second: number): boolean {
  return second === DIGIT || (third === DIGIT && second !== OTHER)
}

// Every pattern here runs in time linear to the text, because anybody may send megabytes: whatever repeats without
// limit can begin in one place only, and can end in one way only.

// Match one character before the @: more would cost time and find nothing else.
const EMAIL = /[^\s@<>()",;:]@[^\s@<>()",;:]+\.[a-z]{2}/i
// jo.bloggs (at) example.com
const EMAIL_IN_WORDS = /\w ?[([{] ?at ?[)\]}] ?\w[\w-]*(?: ?\. ?| ?[([{] ?dot ?[)\]}] ?)[a-z]{2}/i

// National numbers as Ofcom's National Telephone Numbering Plan writes them; groups may be apart by a few spaces, dots
// or hyphens. Neither a digit nor a letter may touch either end, nor a hyphen or colon after it: those are identifiers
// and dates.
const GAP = '[ .-]{0,3}'
const NATIONAL = [
  `7\\d{3}${GAP}\\d{3}${GAP}\\d{3}`,
  `7\\d{2}${GAP}\\d{3}${GAP}\\d{4}`, // mobile
  `1(?:1\\d|\\d1)\\)?${GAP}\\d{3}${GAP}\\d{4}`, // Birmingham, Leeds
  `2\\d\\)?${GAP}\\d{4}${GAP}\\d{4}`, // London, Cardiff
  `1\\d{3}\\)?${GAP}\\d{2,3}${GAP}\\d{3}`,
  `[389]\\d{2}${GAP}\\d{3}${GAP}\\d{4}`,
  `[389]\\d{2}${GAP}\\d{3}${GAP}\\d{3}`
].join('|')
const BEFORE = '(?<![0-9A-Za-z.+]|[0-9A-Za-z][-_]|[0-9][:/.,])'
const AFTER = '(?![0-9A-Za-z:]|[-.][0-9A-Za-z])'
const TRUNK = `(?:\\(?0\\)?${GAP})?`
const PHONE = new RegExp(
  `${BEFORE}(?:\\(?0(?:${NATIONAL})|(?:\\+|00)44${GAP}${TRUNK}\\(?(?:${NATIONAL})|` +
    `44${GAP}${TRUNK}7\\d{3}${GAP}\\d{3}${GAP}\\d{3})${AFTER}`
)
const INTERNATIONAL = new RegExp(`\\+44${GAP}${TRUNK}(?:${NATIONAL})${AFTER}`)

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
    '-]{0,3}\\d[ABD-HJLNP-UW-Z]{2}(?![0-9A-Z])',
  'i'
)
