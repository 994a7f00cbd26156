/** What one pass over a text has found out. */
export interface Seen {
  digits: number
  letters: number
  /** The longest run of digits, blanks between them passed over. */
  longest: number
  dot: boolean
  /** An opening bracket, and a character that is not ASCII. */
  bracket?: boolean
  odd?: boolean
}

// Every pattern here runs in time linear to the text, as those of personal-text.ts.

/** Whether a text says where something is, to a hundred metres or better. */
export function holdsCoordinates (text: string, { digits, letters, longest, dot, bracket, odd }: Seen): boolean {
  if (bracket === true && letters >= 5 && WELL_KNOWN_TEXT.test(text)) return true
  if (odd === true && digits >= 5 && DEGREES_MINUTES.test(text)) return true
  if (digits < 8) return false
  return (dot && holdsPair(text)) || (longest >= 8 && letters >= 2 && GRID_REFERENCE.test(text))
}

const NUMBER = '[-+]?\\d{1,9}(?:\\.\\d{1,20})?'
const WELL_KNOWN_TEXT = new RegExp(`(?:POINT|LINESTRING|POLYGON) ?[ZM]{0,2} ?[( ]{1,6}${NUMBER} {1,3}${NUMBER}`, 'i')
// 52°24'45.9"N, 52° 24.765' N: seconds, or hundredths of a minute.
const DEGREES_MINUTES = /\d ?[°º˚] ?\d{1,2}(?:\.\d\d| ?['′’´] ?\d)/
// The squares of the National Grid that have land. Only with a blank in it: two letters and eight digits are a case
// number. Six figures are a hundred metres; eight and more are finer.
const GRID_REFERENCE = new RegExp(
  '(?<![0-9A-Z])(?:H[PT-UW-Z]|N[A-DF-HJ-OR-UW-Z]|OV|S[C-EHJKM-PR-Z]|T[AF-GLMQRV]) ?' +
    '(?:\\d{4} \\d{4}|\\d{5} \\d{5})(?![0-9A-Z])',
  'i'
)

// A thousandth of a degree is about a hundred metres, the length of a street; more decimals point at a house. Not
// \\d{4,}: that runs out of stack.
const FINE = /(?<![\d.])\d{1,2}\.\d{4}\d*(?!\d|\.\d)/g
/** What may stand between two numbers that belong together, beside blanks and signs. */
const BETWEEN = /^(?:[nsew]|lat|latitude|lo?ng?|longitude|x|y|and|by)$/
const LONGEST_BETWEEN = 40

/** A latitude and a longitude of these islands, in whatever order. */
function holdsPair (text: string): boolean {
  let before = ''
  let end = 0
  for (const { 0: number, index } of text.matchAll(FINE)) {
    if (before !== '' && isPair(before, number) && isTogether(text.slice(end, index))) return true
    before = number
    end = index + number.length
  }
  return false
}

const isLatitude = (number: string): boolean => /^(?:49|5\d|60)\./.test(number)
const isLongitude = (number: string): boolean => /^\d\./.test(number)
const isPair = (one: string, other: string): boolean =>
  isLatitude(one) ? isLongitude(other) : isLongitude(one) && isLatitude(other)

function isTogether (between: string): boolean {
  const some = between.trim()
  if (some.length > LONGEST_BETWEEN || /\d/.test(some)) return false
  return (some.toLowerCase().match(/\p{L}+/gu) ?? []).every((word) => BETWEEN.test(word))
}

/** What a field is by its name: a coordinate, or one of two axes if the other is there too. */
export type Axis = 'degrees' | 'metres' | 'either' | 'x' | 'y' | undefined

const DEGREES = new Set(['lat', 'latitude', 'lon', 'lng', 'longitude'])
const METRES = new Set(['easting', 'eastings', 'northing', 'northings'])
const EITHER = /^(?:geo|pos|os|grid|map|loc)[xy]$|^(?:[xy]coord(?:inate)?s?|coord(?:inate)?s?[xy])$/

export function axisOf (name: string): Axis {
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z]+/)
  const whole = words.join('')
  if (whole === 'x' || whole === 'y') return whole
  if (whole === 'long' || words.some((word) => DEGREES.has(word))) return 'degrees'
  if (words.some((word) => METRES.has(word))) return 'metres'
  return EITHER.test(whole) ? 'either' : undefined
}

/** Whether a value of such a field is finer than a hundred metres. */
export function isFine (axis: Axis, value: number): boolean {
  const degrees = Math.abs(value) <= 180 && Math.abs(value * 1000 - Math.round(value * 1000)) > 1e-6
  const metres = Math.abs(value) >= 1000 && Math.abs(value) < 10_000_000 && value % 100 !== 0
  return axis === 'degrees' ? degrees : axis === 'metres' ? metres : degrees || metres
}

const AS_TEXT = /^[NSEW]? ?([-+]?\d{1,7}(?:\.\d{1,20})?) ?°? ?[NSEWm]?$/i

/** The number in a text that is one coordinate; undefined: it is none. */
export const coordinateIn = (text: string): number | undefined => {
  const number = text.length > 40 ? undefined : AS_TEXT.exec(text.trim())?.[1]
  return number === undefined ? undefined : Number(number)
}

/** Whether a list such as GeoJSON's `coordinates` begins with a pair. */
export function isPairOf ([one, other]: readonly unknown[]): boolean {
  return typeof one === 'number' && typeof other === 'number' && isFine('degrees', one) && isFine('degrees', other) &&
    isPair(String(Math.abs(one)), String(Math.abs(other)))
}
