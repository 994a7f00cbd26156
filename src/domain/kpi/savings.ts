import { exact } from '../exact.ts'

/** A share of a volume, as two counts. */
export interface Share { part: number, whole: number }

export interface Saving {
  /** What the baseline's share would have given on the volume of the period asked about. */
  expected: number
  actual: number
  /** Expected against actual, in whole events: negative where things got worse. */
  moved: number
  pence: number
}

/**
 * Transactions that moved to digital: those completed in digital channels now, less those that the baseline's digital
 * share would give on the volume of now. Undefined where the baseline has no volume.
 */
export function channelShift (baseline: Share, now: Share, unitPence: number): Saving | undefined {
  return saving(baseline, now, unitPence, 1)
}

/**
 * Failures avoided: those that the baseline's failure rate would give on the volume of now, less those there were.
 * Undefined where the baseline has no volume.
 */
export function avoidedFailures (baseline: Share, now: Share, unitPence: number): Saving | undefined {
  return saving(baseline, now, unitPence, -1)
}

function saving (baseline: Share, now: Share, unitPence: number, sign: 1 | -1): Saving | undefined {
  if (baseline.whole === 0) return undefined
  const expected = baseline.part * now.whole / baseline.whole
  const moved = sign * roundedQuotient(
    BigInt(now.part) * BigInt(baseline.whole) - BigInt(baseline.part) * BigInt(now.whole), BigInt(baseline.whole), sign
  ) || 0 // no -0
  return { expected, actual: now.part, moved, pence: exact(moved * unitPence) }
}

// The product of two volumes may lie beyond 2^53. A half is rounded up, towards the saving.
function roundedQuotient (part: bigint, whole: bigint, sign: 1 | -1): number {
  const doubled = 2n * BigInt(sign) * part + whole
  const floor = doubled / (2n * whole) - (doubled % (2n * whole) < 0n ? 1n : 0n)
  return sign * Number(floor)
}
