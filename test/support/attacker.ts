/**
 * Linear algebra over a prime field for the attacker of the published figures. What can be solved for over the
 * rationals can be solved for modulo a large prime; the converse fails with a chance of about one in the prime.
 */
const PRIME = 67_108_859 // the largest below 2^26, so that a product stays below 2^53

export class LinearSystem {
  readonly #rows = new Map<number, Float64Array>()
  readonly #unknowns: number
  constructor (unknowns: number) { this.#unknowns = unknowns }

  /** Adds a published sum of unknowns (0/1 coefficients by index). */
  add (indices: Iterable<number>): void {
    const row = this.#reduced(indices)
    const pivot = row.findIndex((value) => value !== 0)
    if (pivot < 0) return
    const inverse = power(row[pivot]!, PRIME - 2)
    this.#rows.set(pivot, row.map((value) => value * inverse % PRIME))
  }

  /** Whether this sum of unknowns follows from what was added. */
  determines (indices: Iterable<number>): boolean {
    return this.#reduced(indices).every((value) => value === 0)
  }

  #reduced (indices: Iterable<number>): Float64Array {
    const row = new Float64Array(this.#unknowns)
    for (const index of indices) row[index] = (row[index]! + 1) % PRIME
    for (let i = 0; i < row.length; i++) {
      const factor = row[i]!
      const pivot = factor === 0 ? undefined : this.#rows.get(i)
      if (pivot === undefined) continue
      for (let j = i; j < row.length; j++) if (pivot[j] !== 0) row[j] = (row[j]! + (PRIME - factor) * pivot[j]!) % PRIME
    }
    return row
  }
}

function power (base: number, exponent: number): number {
  let result = 1
  for (let b = base, e = exponent; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = result * b % PRIME
    b = b * b % PRIME
  }
  return result
}

/** What the attacker knows and wants: published sums as equations, and small sums that were kept back. */
export class Attack {
  readonly #system: LinearSystem
  readonly #counts: readonly number[]
  readonly #wanted = new Map<string, number[]>()
  readonly #known = new Set<string>()
  readonly faults: string[] = []
  figures = 0
  suppressed = 0
  shown = 0

  constructor (counts: readonly number[]) {
    this.#counts = counts
    this.#system = new LinearSystem(counts.length)
  }

  /** A figure as it was answered, null where suppressed; `threshold` undefined where small figures are public. */
  see (what: string, indices: number[], value: number | null, threshold: number | undefined): void {
    const count = indices.reduce((sum, i) => sum + this.#counts[i]!, 0)
    const small = threshold !== undefined && count > 0 && count < threshold
    this.figures++
    if (value === null) {
      this.suppressed++
      if (threshold === undefined) this.faults.push(`${what}: suppressed`)
      if (small) this.#wanted.set(indices.join(), indices)
      return
    }
    if (value !== count) this.faults.push(`${what}: ${value} for ${count}`)
    if (small) this.faults.push(`${what} shows ${count}`)
    if (threshold !== undefined && count > 0) this.shown++
    const key = indices.join()
    if (!this.#known.has(key)) this.#system.add(indices)
    this.#known.add(key)
  }

  get attacked (): number { return this.#wanted.size }

  /** The small sums that follow from what was published. */
  pinned (): number[][] {
    return [...this.#wanted.values()].filter((indices) => this.#system.determines(indices))
  }
}
