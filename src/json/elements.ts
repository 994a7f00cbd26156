/** An element of a JSON array. Its text is not to be parsed where it lies beyond the limits. */
export interface Element { text: string, beyond: Beyond | undefined }
export type Beyond = 'too-deep' | 'too-many-values'

/** Whether a JSON text is an array, if it is JSON at all. */
export const isArray = (text: string): boolean => text.charCodeAt(skipSpace(text, 0)) === OPEN_LIST

export interface ElementLimits {
  /** Levels of arrays and objects within an element. */
  deepest: number
  /** Values in an element. */
  mostValues: number
}

const [QUOTE, COMMA, OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 44, 91, 92, 93, 123, 125]

/**
 * The elements of a JSON array, one by one: each is parsed by itself, so that a large body is parsed in slices, and one
 * of brackets alone costs nothing. Of a text that is no array, the text itself. Throws `SyntaxError` where the array
 * does not end or something comes after it; where every element can be parsed, so can the text, and the other way
 * round.
 */
export function * elementsOf (text: string, { deepest, mostValues }: ElementLimits): Generator<Element, void> {
  const inArray = isArray(text)
  let at = inArray ? skipSpace(text, 0) + 1 : 0
  let start = at
  let [depth, values, count] = [0, 1, 0]
  let deep = false
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      for (at++; at < text.length && text.charCodeAt(at) !== QUOTE; at++) if (text.charCodeAt(at) === BACKSLASH) at++
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
  if (text.charCodeAt(at) !== CLOSE_LIST || skipSpace(text, at + 1) < text.length) throw new SyntaxError('no array')
  if (count > 0 || skipSpace(text, start) < at) yield element()

  function element (): Element {
    const beyond = deep ? 'too-deep' : values > mostValues ? 'too-many-values' : undefined
    ;[deep, values] = [false, 1]
    count++
    return { text: text.slice(start, inArray ? at : undefined), beyond }
  }
}

function skipSpace (text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code === 32 || code === 9 || code === 10 || code === 13;) {
    code = text.charCodeAt(++at)
  }
  return at
}
