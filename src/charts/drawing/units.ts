/** How values of a unit are drawn and written. */
export interface Scale {
  /** Values are divided by this before they are drawn: pence by 100. */
  divisor: number
  /** What the axis says of its numbers; empty where each of them says it. */
  axis: string
  /** A value as it is sent, in words: "£12.50", "1,234", "2.5 days". */
  format: (value: number) => string
  /** A tick of the axis, whose value is divided already. */
  tick: (value: number) => string
}

const DURATIONS = [
  { seconds: 86_400, one: 'day', many: 'days' },
  { seconds: 3600, one: 'hour', many: 'hours' },
  { seconds: 60, one: 'minute', many: 'minutes' },
  { seconds: 1, one: 'second', many: 'seconds' }
] as const

const number = (value: number, most: number): string =>
  value.toLocaleString('en-GB', { maximumFractionDigits: most }).replace('-', '−')
const plain = (value: number): string => number(value, Math.abs(value) < 10 ? 2 : 1)
const money = (pounds: number, digits: number): string =>
  `${pounds < 0 ? '−' : ''}£${Math.abs(pounds).toLocaleString('en-GB', {
    minimumFractionDigits: digits, maximumFractionDigits: digits
  })}`

/** The scale of a unit for values of which `largest` is the farthest from 0. */
export function scaleOf (unit: string, largest: number): Scale {
  switch (unit) {
    case 'percent':
      return { divisor: 1, axis: '', format: (value) => `${number(value, 1)}%`, tick: (value) => `${plain(value)}%` }
    case 'pence':
      return {
        divisor: 100,
        axis: '',
        format: (pence) => money(pence / 100, pence % 100 === 0 ? 0 : 2),
        tick: (pounds) => money(pounds, Number.isInteger(pounds) ? 0 : 2)
      }
    case 'seconds': {
      const { seconds, many } = DURATIONS.find(({ seconds }) => largest >= 2 * seconds) ?? DURATIONS[3]
      return { divisor: seconds, axis: capital(many), format: duration, tick: plain }
    }
    case 'per-1000': return { divisor: 1, axis: 'Per 1,000', format: plain, tick: plain }
    case 'per-100000': return { divisor: 1, axis: 'Per 100,000', format: plain, tick: plain }
    case 'count': return { divisor: 1, axis: '', format: (value) => number(value, 2), tick: plain }
    default: return { divisor: 1, axis: capital(unit), format: plain, tick: plain }
  }
}

/** A duration in the largest unit of which it has two, or one. */
function duration (value: number): string {
  const size = Math.abs(value)
  const { seconds, one, many } =
    DURATIONS.find(({ seconds }) => size >= 2 * seconds || size === seconds) ?? DURATIONS[3]
  const shown = number(value / seconds, 1)
  return `${shown} ${shown === '1' ? one : many}`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
