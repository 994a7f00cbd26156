import type { SeriesChart } from '../spec.ts'
import { STEPS, tickOf } from './dates.ts'
import type { Frame } from './frame.ts'
import { SMALL, textWidth } from './text.ts'

/** Labels of the periods, so many as fit beside one another; the year under the first one and where it changes. */
export function tickLabels (
  { period, periods }: Pick<SeriesChart, 'period' | 'periods'>, { left, right }: Frame
): Array<{ at: number, label: string }> {
  const all = periods.map((range) => tickOf(period, range))
  const widest = Math.max(...all.map(({ label, under }) => Math.max(textWidth(label, SMALL), textWidth(under, SMALL))))
  const band = (right - left) / periods.length
  const fits = (step: number): boolean => step * band >= widest + 10
  const steps = STEPS[period]
  const largest = steps.at(-1) ?? 1
  let step = steps.find(fits) ?? largest
  while (!fits(step) && step < periods.length) step += largest
  let under = ''
  return all.flatMap((tick, at) => {
    if (at % step !== 0) return []
    const label = tick.under === under ? tick.label : `${tick.label}\n${tick.under}`
    under = tick.under
    return [{ at, label }]
  })
}
