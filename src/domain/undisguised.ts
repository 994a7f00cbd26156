type Range = readonly [from: number, to: number]

const BLANKS: Range[] = [
  [0xa0, 0xa0], [0x1680, 0x1680], [0x2000, 0x200a], [0x202f, 0x202f], [0x205f, 0x205f], [0x3000, 0x3000]
]
const DASHES: Range[] = [
  [0x2d7, 0x2d7], [0x2010, 0x2015], [0x2043, 0x2043], [0x2212, 0x2212], [0xfe58, 0xfe58], [0xfe63, 0xfe63],
  [0xff0d, 0xff0d]
]
/** Soft hyphens, joiners, marks of direction, selectors of variants. */
const UNSEEN: Range[] = [
  [0xad, 0xad], [0x34f, 0x34f], [0x61c, 0x61c], [0x180e, 0x180e], [0x200b, 0x200f], [0x202a, 0x202e], [0x2060, 0x2064],
  [0xfe00, 0xfe0f], [0xfeff, 0xfeff]
]
/** Characters of which NFKC makes ASCII: superscripts, letter-like and circled ones, small and full-width forms. */
const VARIANTS: Range[] = [
  [0xaa, 0xaa], [0xb2, 0xb3], [0xb9, 0xba], [0x2024, 0x2024], [0x2070, 0x208e], [0x2100, 0x214f], [0x2460, 0x24ff],
  [0xfe50, 0xfe6b], [0xff01, 0xff5e]
]
/** First halves of the pairs that are mathematical letters and digits. */
const MATHEMATICAL = 0xd835

let meanings: Map<number, string> | undefined

function meanWhat (): Map<number, string> {
  const map = new Map<number, string>()
  const each = (ranges: Range[], meant: (code: number) => string): void => {
    for (const [from, to] of ranges) for (let code = from; code <= to; code++) map.set(code, meant(code))
  }
  each(VARIANTS, (code) => String.fromCharCode(code).normalize('NFKC'))
  each(BLANKS, () => ' ')
  each(DASHES, () => '-')
  each(UNSEEN, () => '')
  return map
}

/** Of a piece of a text; none of its characters means more than four. */
const PIECE = 16 * 1024
const codes = new Uint16Array(4 * PIECE)

/**
 * A text as its reader sees it: blanks, dashes, digits and letters of whatever kind as those of ASCII, and nothing that
 * is not seen. Not NFKC of all of it, which may be eighteen times as long.
 */
export function undisguised (text: string): string {
  if (text.length <= PIECE) return plainOf(text)
  const pieces: string[] = []
  for (let from = 0; from < text.length; from += PIECE) pieces.push(plainOf(text.slice(from, from + PIECE)))
  return pieces.join('')
}

function plainOf (text: string): string {
  meanings ??= meanWhat()
  let [length, isChanged] = [0, false]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const meant = code === MATHEMATICAL
      ? text.slice(at, ++at + 1).normalize('NFKC')
      : code < 0xa0 ? undefined : meanings.get(code)
    if (meant === undefined) {
      codes[length++] = code
      continue
    }
    isChanged = true
    for (let i = 0; i < meant.length; i++) codes[length++] = meant.charCodeAt(i)
  }
  return isChanged ? Buffer.from(codes.buffer, 0, 2 * length).toString('utf16le') : text
}
