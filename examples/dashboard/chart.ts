import { html } from 'ghtml'
import { details, table } from './html.ts'
import { amount, inWords, span, targetInWords, type Figure } from './words.ts'

export interface Point extends Figure { start_on: string, end_on: string }
export interface Line { name: string, points: readonly Point[] }
type Target = { at_most?: number, at_least?: number } | null

export interface Chart {
  id: string, title: string, unit: string, lines: readonly Line[], target?: Target, text?: string, level?: 2 | 3
}

const [WIDTH, HEIGHT] = [1000, 300]
const GAP = '<svg aria-hidden="true" width="36" height="10"><rect class="gap" width="36" height="10"/></svg>'
/** Eight kinds of line, and eight more that are thin: see styles.css. */
const kindOf = (i: number): string => `line k${i % 8}${i < 8 ? '' : ' thin'}`
const FULL: Record<string, number> = { percent: 100, score: 1 }
const UNSURE = new Set(['partial', 'provisional'])

/** A heading, a line chart, its key, and behind it a table of the same figures. */
export function lineChart ({ id, title, unit, lines, target = null, text = '', level = 2 }: Chart): string {
  const periods = lines[0]?.points ?? []
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value ?? 0))
  const norm = target?.at_most ?? target?.at_least
  const top = FULL[unit] ?? roundUp(Math.max(...values, norm ?? 0))
  const x = (i: number): number => Math.round((i + 0.5) * WIDTH / periods.length)
  const y = (value: number): number => Math.round(HEIGHT * (1 - value / top))
  const silent = periods.flatMap((_, i) => lines.every(({ points }) => points[i]?.value == null) ? [i] : [])

  const drawing = html`<div class="plot"><div class="axis" aria-hidden="true"><span>${amount(top, unit)}</span><span>${amount(0, unit)}</span></div>
<svg role="img" aria-label="${title}: a line chart. The table below has its figures." viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">
!${silent.map((i) => html`<rect class="gap" x="${x(i) - WIDTH / periods.length / 2}" width="${WIDTH / periods.length}" height="${HEIGHT}"/>`)}
!${norm === undefined ? '' : `<path class="target" d="M0 ${y(norm)}H${WIDTH}"/>`}
!${lines.map(({ points }, i) => `<g class="${kindOf(i)}">${drawLine(points, x, y)}</g>`)}
</svg><div class="dates" aria-hidden="true"><span>${periods.slice(0, 1).map(span)}</span><span>${periods.slice(-1).map(span)}</span></div></div>`

  const key = [
    ...lines.map(({ name }, i) => [kindOf(i), name]),
    ...(norm === undefined ? [] : [['target', `Target: ${targetInWords(target, unit)}`]])
  ].map(([kind = '', words = '']) =>
    html`<li><svg aria-hidden="true" width="36" height="10"><path class="${kind}" d="M0 5H36"/></svg> ${words}</li>`)
  if (silent.length > 0) key.push(`<li>${GAP} No figure: see the table</li>`)

  const rows = periods.map((period, i) => [
    html`${span(period)}`, ...lines.map(({ points }) => html`${inWords(points[i] ?? NOTHING, unit)}`)
  ])
  const figures = table(`${id}-table`, title, ['Period', ...lines.map(({ name }) => name)], rows)
  return html`<section><h${level} id="${id}">${title}</h${level}>
!${text === '' ? '' : html`<p>${text}</p>`}
!${silent.length < periods.length ? html`!${drawing}<ul class="key">!${key}</ul>` : `<p>There is no figure to draw${lines.length === 0 ? '' : '; the table says why'}.</p>`}
!${lines.length === 0 ? '' : details(`Figures: ${title}`, figures)}</section>`
}

const NOTHING: Figure = { value: null, status: 'missing' }

/** A line with a gap where there is no value; the dot of a partial or provisional one is hollow. */
function drawLine (points: readonly Point[], x: (i: number) => number, y: (value: number) => number): string {
  let path = ''
  let dots = ''
  points.forEach(({ value, status }, i) => {
    if (value === null) return
    const at = `${x(i)} ${y(value)}`
    path += `${points[i - 1]?.value == null ? 'M' : 'L'}${at}`
    dots += `<path class="dot" d="M${at}h0"/>${UNSURE.has(status) ? `<path class="dot hollow" d="M${at}h0"/>` : ''}`
  })
  return `<path d="${path}"/>${dots}`
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function roundUp (value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= value) ?? value
}

/** The figure, and a bar of its size with a mark at the norm. Where there is no value there is no bar. */
export function barCell (figure: Figure, unit: string, top: number, norm?: number): string {
  const share = (value: number): string => `${Math.min(100, Math.max(0, value / (top || 1) * 100)).toFixed(1)}%`
  if (figure.value === null) return html`${inWords(figure, unit)}`
  return html`${inWords(figure, unit)}<svg class="bar" aria-hidden="true"><rect width="${share(figure.value)}" height="100%"/>!${
    norm === undefined ? '' : `<line class="target" x1="${share(norm)}" x2="${share(norm)}" y2="100%"/>`}</svg>`
}
