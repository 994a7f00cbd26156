import type { DateRange } from './period.ts'

/** Who sees what is not published, from the fewest to everybody. */
export const AUDIENCES = ['authority', 'councils', 'public'] as const
export type Audience = typeof AUDIENCES[number]

/** Days of figures that only some see yet. */
export interface RestrictedDays extends DateRange { audience: Exclude<Audience, 'public'> }

/** A rule as it stands at an instant. `ofService`: it is about one service, not about all of the authority's. */
export interface RuleDays extends DateRange { audience: Audience, ofService: boolean }

/** What is published by itself at an instant: data sets and dashboards. */
export interface Publishable { published: boolean, publish_at: Date | null }

/** Whether everybody sees it at an instant, in milliseconds. `publish_at` says so where it is given. */
export function isPublished ({ published, publish_at: at }: Publishable, now: number): boolean {
  return at === null ? published : at.getTime() <= now
}

/**
 * The days that are restricted, apart from one another, in order. For each day the rule of the service holds, else the
 * one for all services; of several the one that begins last.
 */
export function restrictedDays (rules: readonly RuleDays[]): RestrictedDays[] {
  const bounds = [...new Set(rules.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b)
  const weakestFirst = rules.toSorted((a, b) => Number(a.ofService) - Number(b.ofService) || a.start - b.start)
  const found: RestrictedDays[] = []
  for (const [i, start] of bounds.slice(0, -1).entries()) {
    const end = bounds[i + 1] ?? start
    const audience = weakestFirst.findLast((rule) => rule.start <= start && rule.end >= end)?.audience
    if (audience === undefined || audience === 'public') continue
    const last = found.at(-1)
    if (last?.end === start && last.audience === audience) last.end = end
    else found.push({ start, end, audience })
  }
  return found
}
