/** An element of a JSON array, and where it stands. Its text is not to be parsed where it lies beyond the limits. */
export interface Element {
  text: string
  from: number
  to: number
  /** Of all objects in it together; more than the parsed ones have: a name is there twice. */
  members: number
  beyond: Beyond | undefined
}
export type Beyond = 'too-deep' | 'too-many-values'

/** Whether a JSON text is an array, if it is JSON at all. */
export const isArray = (text: string): boolean => text.charCodeAt(skipSpace(text, 0)) === OPEN_LIST

/** An array that does not end as it should. */
export class BrokenList extends SyntaxError {
  /** Where its last element begins. */
  readonly from: number
  /** What stands after its end; left out: it has none. */
  readonly after: number | undefined
  constructor (from: number, after?: number) {
    super('no array')
    this.from = from
    this.after = after
  }
}

export interface ElementLimits {
  /** Levels of arrays and objects within an element. */
  deepest: number
  /** Values in an element. */
  mostValues: number
}

const [QUOTE, COMMA, OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 44, 91, 92, 93, 123, 125]
const COLON = 58

/**
 * The elements of a JSON array, one by one: each is parsed by itself, so that a large body is parsed in slices, and one
 * of brackets alone costs nothing. Of a text that is no array, the text itself. Throws `SyntaxError` where the array
 * does not end or something comes after it (`BrokenList`); where every element can be parsed, so can the text, and the
 * other way round.
 */
export function * elementsOf (text: string, { deepest, mostValues }: ElementLimits): Generator<Element, void> {
  const inArray = isArray(text)
  let at = inArray ? skipSpace(text, 0) + 1 : 0
  let start = at
  let [depth, values, members, count] = [0, 1, 0, 0]
  let deep = false
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfText(text, at)
    } else if (code === COLON) {
      members++
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      if (++depth > deepest) deep = true
    } else if (code === COMMA) {
      if (depth > 0) values++
      else if (inArray) {
        yield element()
        start = at + 1
      }
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      if (depth > 0) depth--
      else break
    }
  }
  if (!inArray) {
    yield element()
    return
  }
  if (at >= text.length) throw new BrokenList(start)
  if (text.charCodeAt(at) !== CLOSE_LIST) throw new BrokenList(start)
  const after = skipSpace(text, at + 1)
  if (after < text.length) throw new BrokenList(start, after)
  if (count > 0 || skipSpace(text, start) < at) yield element()

  function element (): Element {
    const beyond: Beyond | undefined = deep ? 'too-deep' : values > mostValues ? 'too-many-values' : undefined
    const to = inArray ? at : text.length
    const one: Element = { text: text.slice(start, to), from: start, to, members, beyond }
    ;[deep, values, members] = [false, 1, 0]
    count++
    return one
  }
}

function endOfText (text: string, from: number): number {
  let at = from + 1
  for (; at < text.length && text.charCodeAt(at) !== QUOTE; at++) if (text.charCodeAt(at) === BACKSLASH) at++
  return at
}

/**
 * How many members the objects of a JSON text have, each as often as it is there. Looks for quotation marks alone, in
 * half the time that going through all characters takes.
 */
export function membersIn (text: string): number {
  let members = 0
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) {
    at = text.indexOf('"', at + 1)
    while (isEscaped(text, at)) at = text.indexOf('"', at + 1)
    if (at === -1) break
    if (text.charCodeAt(skipSpace(text, at + 1)) === COLON) members++
  }
  return members
}

function isEscaped (text: string, at: number): boolean {
  let first = at
  while (text.charCodeAt(first - 1) === BACKSLASH) first--
  return (at - first) % 2 === 1
}

function skipSpace (text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code === 32 || code === 9 || code === 10 || code === 13;) {
    code = text.charCodeAt(++at)
  }
  return at
}
