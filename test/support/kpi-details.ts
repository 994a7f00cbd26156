import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatDay, parseDay } from '../../src/domain/calendar.ts'

const DOCS = join(import.meta.dirname, '../../docs/kpis.md')

/** A definition as docs/kpis.md shows it, complete. */
export function documented (kpi: string): Record<string, any> {
  const found = new RegExp(`\`\`\`json ${kpi}\n(.*?)\`\`\``, 's').exec(readFileSync(DOCS, 'utf8'))?.[1]
  if (found === undefined) throw new Error(`docs/kpis.md shows no ${kpi}`)
  return JSON.parse(found) as Record<string, any>
}

/** The same with other terms. */
export const counting = (numerator: object[], denominator: object[] | null = null, more: object = {}) => ({
  ...documented('collected-by-direct-debit'), unit: 'count', ...more, numerator, denominator
})

/** An event that says that there was nothing on each day of a range, so that all of it is reported. */
export function quietDays (from: string, to: string, more: object): object[] {
  const [first = 0, last = 0] = [parseDay(from), parseDay(to)]
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const day = formatDay(first + i)
    return { id: `quiet-${day}`, occurred_at: `${day}T09:00:00Z`, count: 0, ...more }
  })
}
