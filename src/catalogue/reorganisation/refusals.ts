import { ProblemError, ROW_ERRORS_LISTED, type ErrorCode, type RowError } from '../../errors.ts'

/** All that is wrong with an order, gathered so that the operator mends it at once. */
export class Refusals {
  readonly #errors: RowError[] = []

  /** `pointer` is into the whole order: `/end/3`. */
  add (pointer: string, detail: string, code: ErrorCode = 'invalid-value'): void {
    const index = Number(/^\/\w+\/(\d+)/.exec(pointer)?.[1] ?? 0)
    this.#errors.push({ index, pointer, code, detail })
  }

  /** Throws `ProblemError` (reorganisation-refused) with everything that was added. */
  throwAny (): void {
    const [first] = this.#errors
    if (first === undefined) return
    throw new ProblemError('reorganisation-refused', `Nothing was changed. ${first.pointer}: ${first.detail}`, {
      errors: this.#errors.slice(0, ROW_ERRORS_LISTED), errors_total: this.#errors.length
    })
  }
}
