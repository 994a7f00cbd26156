const NICE = [1, 2, 2.5, 5, 10]

/**
 * Round numbers from one at or below `low` to one at or above `high`, some `most` of them. 0 is always among them: a
 * bar or line that does not begin at 0 makes small differences look large. `isWhole`: what is counted has no halves.
 */
export function ticksOf (low: number, high: number, most: number, isWhole: boolean): number[] {
  const [least, greatest] = [Math.min(0, low), Math.max(0, high)]
  const span = greatest - least || 1
  const power = 10 ** Math.floor(Math.log10(span / most))
  const steps = NICE.map((nice) => nice * power).filter((step) => !isWhole || Number.isInteger(step))
  const step = steps.find((one) => span / one <= most) ?? Math.max(1, 10 * power)
  const [from, to] = [Math.floor(least / step), Math.max(Math.ceil(greatest / step), least < 0 ? 0 : 1)]
  // 0.1 * 3 is not 0.3.
  return Array.from({ length: to - from + 1 }, (_, i) => Number(((from + i) * step).toPrecision(12)))
}
