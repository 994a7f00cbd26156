/**
 * JSON whose numbers keep what was written: `9007199254740993` does not become …992, nor `1.0` become `1`. A number
 * that JavaScript would spell otherwise is held as its source text and written out as such.
 */
export interface SpeltNumber { readonly rawJSON: string }

interface RawJson {
  rawJSON: (text: string) => SpeltNumber
  isRawJSON: (value: unknown) => value is SpeltNumber
}
// TypeScript's library does not know these two yet; Node does, since 22.
const { rawJSON, isRawJSON } = JSON as unknown as RawJson

export { isRawJSON as isSpeltNumber }

// Only then can a number be spelt otherwise than JavaScript would: sixteen digits, an exponent, a fraction that ends in
// 0 or begins with many, a negative 0. To ask about each number costs ten times as much.
const DELICATE = /[\d.]{16}|\d[eE]|\.\d*0(?!\d)|\.0{6}|-0(?![.\d])/

/** Parses JSON. Throws SyntaxError. */
export function parseExact (text: string): unknown {
  return DELICATE.test(text) ? JSON.parse(text, keepSpelling as Parameters<typeof JSON.parse>[1]) : JSON.parse(text)
}

function keepSpelling (_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value
}

/** The number as JavaScript has it, near enough to compare by; undefined if it is none. */
export function numberOf (value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return isRawJSON(value) ? Number(value.rawJSON) : undefined
}

/** How many members the objects in a parsed value have; fewer than their text: a name is there twice. */
export function membersOf (value: unknown): number {
  if (typeof value !== 'object' || value === null || isRawJSON(value)) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += membersOf(item)
    return count
  }
  const fields = value as Record<string, unknown>
  for (const name in fields) {
    count++
    const field = fields[name]
    if (typeof field === 'object') count += membersOf(field)
  }
  return count
}
