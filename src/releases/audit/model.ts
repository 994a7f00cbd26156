/** What the public knows of unknown counts, none negative: sums of some of them. */
export interface AuditModel {
  unknowns: number
  /** Each: the unknowns with these indices (weight 1 each) add up to `total`; `atMost`: to no more than it. */
  equations: ReadonlyArray<{ cells: readonly number[], total: number, atMost?: boolean }>
  /** Suppressed counts: sums of unknowns whose range must be at least `needed` wide. */
  targets: ReadonlyArray<{ cells: readonly number[], needed: number }>
}

/** A target whose range is narrower than needed. */
export interface Narrow {
  /** Its index in the model. */
  target: number
  low: number
  high: number
  /** The equations (their indices, ascending) that the bounds rest on: without them the range would be wider. */
  restsOn: number[]
}

export interface AuditResult {
  narrow: Narrow[]
  /**
   * The narrowest range proved of the targets that pass, which may be wider than proved; null where none passes,
   * Infinity where nothing bounds any of them from above.
   */
  narrowest: number | null
  /** Linear programmes solved. */
  solved: number
  seconds: number
}
