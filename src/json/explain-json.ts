import { faultIn } from './fault.ts'

export interface Place { line: number, column: number }

/** The place of a character, as editors count: from 1. */
export function placeIn (text: string, at: number): Place {
  let [line, start] = [1, 0]
  for (let end = text.indexOf('\n'); end !== -1 && end < at; end = text.indexOf('\n', start)) {
    line++
    start = end + 1
  }
  return { line, column: at - start + 1 }
}

/** Where reading stopped and what stands there; `row`: in which element of a list. */
export function explainFault (what: string, { line, column }: Place, row?: number): string {
  const inRow = row === undefined ? '' : `, in the row of index ${row}`
  return `reading stopped at line ${line}, column ${column}${inRow}, at ${what}`
}

/** The same of a whole text; `row` where it is a list. Undefined: it is JSON. */
export function explainJson (text: string): string | undefined {
  const fault = faultIn(text)
  if (fault === undefined) return undefined
  const row = /^\/(\d+)/.exec(text.trimStart().startsWith('[') ? fault.pointer : '')?.[1]
  return explainFault(fault.what, placeIn(text, fault.at), row === undefined ? undefined : Number(row))
}
