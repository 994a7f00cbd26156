import { DEEPEST_LEVEL, personalDataIn } from '../domain/personal-data.ts'
import { ROW_ERRORS_LISTED } from '../errors.ts'
import type { Beyond, Element } from '../json/elements.ts'
import { membersOf } from '../json/exact-json.ts'
import { explainFault, type Place } from '../json/explain-json.ts'
import type { Fault } from '../json/fault.ts'
import type { SentRows } from './sent-rows.ts'

/** No row has more fields; one of a million costs seconds before a schema can refuse it. */
export const ROW_LIMITS = { deepest: DEEPEST_LEVEL, mostValues: 1000 }
const BEYOND: Record<Beyond, string> = {
  'too-deep': `The row is nested deeper than ${ROW_LIMITS.deepest} levels.`,
  'too-many-values': `The row holds more than ${ROW_LIMITS.mostValues} values.`
}

/** The rows of a body, as their texts are read one after the other. */
export class RowTexts {
  readonly #sent: SentRows = { rows: [], unreadable: [] }
  readonly #texts = new Map<number, string>()

  /** Takes a row's text as JSON. False: it is none, or an object has a member twice. */
  take ({ text, members, beyond }: Pick<Element, 'text' | 'members' | 'beyond'>): boolean {
    if (beyond !== undefined) {
      this.refuse(BEYOND[beyond])
      return true
    }
    try {
      const row: unknown = JSON.parse(text)
      if (membersOf(row) !== members) return false
      this.#sent.rows.push(row)
      return true
    } catch (error) {
      if (error instanceof SyntaxError) return false
      throw error
    }
  }

  /** Refuses a row whose text is no JSON, `place`: of the fault. */
  refuseText (what: 'row' | 'line', text: string, { what: found, pointer }: Fault, place: () => Place): void {
    // Whatever is in it, nobody has looked for a person in the values that it may hold.
    if (personalDataIn(text) === undefined) this.#texts.set(this.count, text)
    // To find the place costs more than to find the fault: past what an answer lists, a count is enough.
    const why = this.#sent.unreadable.length < ROW_ERRORS_LISTED ? `: ${explainFault(found, place())}` : ''
    this.refuse(`The ${what} is not JSON${why}.`, 'invalid-json', PLAIN_POINTER.test(pointer) ? pointer : '')
  }

  refuse (detail: string, code: 'invalid-value' | 'invalid-json' = 'invalid-value', pointer = ''): void {
    this.#sent.unreadable.push({ index: this.count, pointer, code, detail })
    this.#sent.rows.push(undefined)
  }

  get count (): number {
    return this.#sent.rows.length
  }

  get sent (): SentRows {
    const texts = this.#texts
    if (texts.size === 0) return this.#sent
    return { ...this.#sent, raw: (index) => texts.get(index) ?? this.#sent.rows[index] }
  }
}

/** A name that a person's data could be is not repeated. */
const PLAIN_POINTER = /^(?:\/[A-Za-z_]{1,40})+$/
