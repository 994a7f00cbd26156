/** Numbers the unknown counts of an audit as they are named. */
export class Unknowns {
  readonly #numbers = new Map<string, number>()

  of (name: readonly number[]): number {
    const key = name.join(' ')
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(key, number)
    return number
  }

  get count (): number { return this.#numbers.size }
}
