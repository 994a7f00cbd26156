/** The periods in which authorities reported anything: a group without a sum is 0 there. */
export class Reported {
  readonly #any = new Set<number>()
  readonly #byAuthority = new Map<number, Set<number>>()

  /** `authorityId` is 0 where authorities were added up. */
  add (authorityId: number, period: number): void {
    this.#any.add(period)
    const periods = this.#byAuthority.get(authorityId)
    if (periods === undefined) this.#byAuthority.set(authorityId, new Set([period]))
    else periods.add(period)
  }

  /** Whether one of the authorities (left out: any at all) reported in the period. */
  in (period: number, authorityIds?: readonly number[]): boolean {
    if (authorityIds === undefined) return this.#any.has(period)
    return authorityIds.some((id) => this.#byAuthority.get(id)?.has(period) === true)
  }

  /** Whether one of them reported in any of the periods. */
  ever (authorityIds?: readonly number[]): boolean {
    return authorityIds === undefined ? this.#any.size > 0 : authorityIds.some((id) => this.#byAuthority.has(id))
  }
}
