import { DataError } from '../data-error.ts'
import { ROW_ERRORS_LISTED } from '../../errors.ts'

/** A message may quote what was sent, and that may be megabytes. */
const LONGEST_MESSAGE = 500

/**
 * What is wrong with a batch, in words, as much as anybody reads: 14 kilobytes packed can hold a million bad records.
 */
export class Messages {
  readonly #reported: string[] = []
  #more = 0

  /** Whether it is no use to look any further. */
  get full (): boolean {
    return this.#reported.length >= ROW_ERRORS_LISTED
  }

  report (message: string): void {
    if (this.full) this.#more++
    else {
      this.#reported
        .push(message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE).toWellFormed()}…` : message)
    }
  }

  /** Throws one `DataError` of all messages, if there are any; `unread` records were not looked at. */
  refuse (unread: number): void {
    if (this.#reported.length === 0) return
    const left = [
      ...(this.#more > 0 ? [`${this.#more} more messages`] : []),
      ...(unread > 0 ? [`${unread} records that were not looked at`] : [])
    ]
    const leftOut = left.length === 0 ? [] : [`Left out: ${left.join(' and ')}`]
    throw new DataError(400, [...this.#reported, ...leftOut])
  }
}
