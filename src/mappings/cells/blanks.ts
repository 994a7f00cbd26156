import { keyOf } from '../../files/table.ts'

/** What systems write where they know nothing. Not `none` or `nil`, which may mean 0. */
const USUAL = new Set([
  'nan', 'null', '(null)', '<null>', '#null', '\\n', 'n/a', 'na', '#n/a', '<na>', 'nat', '-', '--', '–', '—', '?'
])

/** What Excel shows where a formula failed. */
const EXCEL_ERROR = /^#(?:REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!|GETTING_DATA|ERROR!|SPILL!|CALC!)$/i
export const isExcelError = (text: string): boolean => text.startsWith('#') && EXCEL_ERROR.test(text)

/** Whether a text that is not empty is a blank all the same: as the mapping says, or as many systems write it. */
export class Blanks {
  readonly #said: ReadonlySet<string>
  constructor (said: readonly string[] = []) {
    this.#said = new Set(said.map(keyOf))
  }

  of (text: string): 'said' | 'usual' | undefined {
    if (text.length > 60) return undefined
    const key = keyOf(text)
    return this.#said.has(key) ? 'said' : USUAL.has(key) ? 'usual' : undefined
  }
}
