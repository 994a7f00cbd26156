/** What nobody sees at either end of a text: blanks of any kind, zero-width characters, marks of direction. */
const UNSEEN = /[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060\ufeff]/

/**
 * A text as it is compared and stored: without blanks around it, and each letter with its accent one character (NFC).
 * What stands within it is left as it is.
 */
export function tidyText (text: string): string {
  let [from, to] = [0, text.length]
  while (from < to && UNSEEN.test(text.charAt(from))) from++
  while (from < to && UNSEEN.test(text.charAt(to - 1))) to--
  return text.slice(from, to).normalize('NFC')
}

/**
 * An object as it is meant: its texts tidy, as are those of an object in it, and of `fields` those left out that are
 * null. Anything else is given back as it is.
 */
export function tidyRow (row: unknown, fields: ReadonlySet<string>): unknown {
  if (!isObject(row)) return row
  return Object.fromEntries(Object.entries(row).flatMap(([name, value]) =>
    value === null && fields.has(name) ? [] : [[name, isObject(value) ? tidyTexts(value) : tidyValue(value)]]
  ))
}

const tidyTexts = (object: object): object =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, tidyValue(value)]))

const tidyValue = (value: unknown): unknown => typeof value === 'string' ? tidyText(value) : value

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
