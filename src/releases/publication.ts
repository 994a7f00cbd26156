/**
 * `earlier`: published by an earlier release. `implied`: what is public already says it. `new`: published by this one,
 * and can be taken back until it is stored.
 */
type Age = 'earlier' | 'implied' | 'new'

/**
 * At which candidate dates the counts of units are public, by unit and figure. Dates are indices.
 */
export class Publication {
  readonly #dates = new Map<string, Map<number, Age>>()

  has (unit: number, figure: number, date: number): boolean {
    return this.#dates.get(keyOf(unit, figure))?.has(date) === true
  }

  isNew (unit: number, figure: number, date: number): boolean {
    return this.#dates.get(keyOf(unit, figure))?.get(date) === 'new'
  }

  add (unit: number, figure: number, date: number, age: Age): void {
    const key = keyOf(unit, figure)
    const dates = this.#dates.get(key) ?? new Map<number, Age>()
    dates.set(date, age)
    this.#dates.set(key, dates)
  }

  takeBack (unit: number, figure: number, date: number): void {
    if (this.isNew(unit, figure, date)) this.#dates.get(keyOf(unit, figure))?.delete(date)
  }

  /** Takes back all that this release adds, but for what is public anyway. */
  takeAllBack (): void {
    for (const { unit, figure, date } of [...this.added()]) this.takeBack(unit, figure, date)
  }

  /** The dates of a unit's figure between two, both included, ascending. */
  dates (unit: number, figure: number, from: number, to: number): number[] {
    return [...this.#dates.get(keyOf(unit, figure))?.keys() ?? []].filter((date) => date >= from && date <= to)
      .sort((a, b) => a - b)
  }

  /** The last date before `date`, not before `from`. */
  before (unit: number, figure: number, date: number, from: number): number | undefined {
    return this.dates(unit, figure, from, date - 1).at(-1)
  }

  after (unit: number, figure: number, date: number, to: number): number | undefined {
    return this.dates(unit, figure, date + 1, to)[0]
  }

  /** Everything that this release adds. */
  * added (): Generator<{ unit: number, figure: number, date: number }> {
    for (const [key, dates] of this.#dates) {
      const [unit = 0, figure = 0] = key.split(' ').map(Number)
      for (const [date, age] of dates) if (age !== 'earlier') yield { unit, figure, date }
    }
  }
}

const keyOf = (unit: number, figure: number): string => `${unit} ${figure}`
