import type { Draw } from '../../src/releases/draw.ts'
import { audit as work } from '../../src/releases/audit/audit.ts'
import { loadSolver } from '../../src/releases/audit/solver.ts'
import { TOTAL } from '../../src/releases/figures.ts'
import { Publication } from '../../src/releases/publication.ts'
import type { Audit } from '../../src/releases/until-wide.ts'
import { YearCounts, type Group, type UnitCount } from '../../src/releases/year-counts.ts'

export const START = 16_161 // 2014-04-01
const WEEK = 7
export const GROUP: Group = { outcome: 1, channel: 1, avoidable: 0 }

/** Counts by unit, one for each week from `START`; all in one group, on the first day of the week. */
export const weeks = (rows: Record<number, number[]>, group: Group = GROUP): UnitCount[] =>
  Object.entries(rows).flatMap(([unit, counts]) =>
    counts.map((count, i) => ({ unit: Number(unit), day: START + WEEK * i, count, ...group })))

/** The year counts of units; every unit's days are the parent's. */
export function smallYear (counts: readonly UnitCount[], gaps: number, units?: number[]): YearCounts {
  const dates = Array.from({ length: gaps + 1 }, (_, i) => START + WEEK * i)
  const all = units ?? [...new Set(counts.map(({ unit }) => unit))]
  return new YearCounts(dates, all, counts, counts)
}

const solver = await loadSolver()

/** The real audit, in this thread. */
export const audit: Audit = async (model) => ({ ...work(solver, model), seconds: 0 })

export const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1)

/** What `decideTotals` needs beside the counts. */
export const totalsOf = (counts: YearCounts, draw: Draw, threshold = 3) => ({
  counts,
  publication: new Publication(),
  threshold,
  order: counts.dates.map((_, i) => i === 0 || i === counts.gaps ? 64 : 4),
  dates: upTo(counts.gaps),
  isListed: () => false,
  exists: () => true,
  draw,
  audit
})

export const suppressedAt = (
  counts: YearCounts, publication: Publication, date: number, figure: number = TOTAL
): number[] =>
  counts.units.filter((unit) => !publication.has(unit, figure, date))
