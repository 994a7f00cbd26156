/**
 * What the Performance Platform dialect answers to a request it refuses: one message, or one for each offending record.
 */
export class DataError extends Error {
  readonly status: number
  readonly messages: string[] | undefined

  constructor (status: number, message: string | string[]) {
    super(Array.isArray(message) ? message.join('; ') : message)
    this.status = status
    this.messages = Array.isArray(message) ? message : undefined
  }
}

export const badQuery = (message: string): DataError => new DataError(400, message)
