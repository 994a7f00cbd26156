import { createHmac } from 'node:crypto'

/**
 * Draws by the installation's secret key: whoever does not have it cannot say which of several figures is taken, and
 * neither sizes nor the order of rows decide it. The same names always draw the same.
 */
export class Draw {
  readonly #key: Buffer
  readonly #subject: string

  constructor (key: Buffer, subject: string) {
    this.#key = key
    this.#subject = subject
  }

  of (place: string): Draw { return new Draw(this.#key, `${this.#subject} ${place}`) }

  /** The one of `some` that is drawn; undefined where there is none. */
  one<T> (some: readonly T[], nameOf: (one: T) => string): T | undefined {
    let [drawn, least]: [T | undefined, string] = [undefined, '']
    for (const one of some) {
      const lot = createHmac('sha256', this.#key).update(`${this.#subject} ${nameOf(one)}`).digest('hex')
      if (drawn === undefined || lot < least) [drawn, least] = [one, lot]
    }
    return drawn
  }
}
