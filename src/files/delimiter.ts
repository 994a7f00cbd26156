export const DELIMITERS = [',', ';', '\t', '|'] as const
const NAMES: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'vertical bar' }
export const nameOfDelimiter = (delimiter: string): string => NAMES[delimiter] ?? JSON.stringify(delimiter)

/** Lines that are looked at. */
const LOOKED_AT = 50
/** Of Excel: its first line may say what stands between cells. */
const SAID = /^sep=(.)\r?(?:\n|$)/i

/** What stands between the cells of a text, and the text without the line that says so. */
export function sniffDelimiter (text: string): { delimiter: string, said: boolean } {
  const said = SAID.exec(text)?.[1]
  if (said !== undefined) return { delimiter: said, said: true }
  const lines = linesOutsideQuotes(text)
  const scores = DELIMITERS.map((delimiter) => ({ delimiter, score: scoreOf(lines, delimiter) }))
  const best = scores.reduce((a, b) => b.score > a.score ? b : a)
  return { delimiter: best.score > 0 ? best.delimiter : ',', said: false }
}

/** Pairs of lines with as many of it: a title has none, and a sentence in a cell has commas by chance. */
function scoreOf (lines: string[], delimiter: string): number {
  const times = new Map<number, number>() // not grouped by Map: the Node of senders may be too old for that
  for (const line of lines) {
    const count = line.split(delimiter).length - 1
    if (count > 0) times.set(count, (times.get(count) ?? 0) + 1)
  }
  const [most, often] = [...times].reduce((a, b) => b[1] > a[1] || (b[1] === a[1] && b[0] > a[0]) ? b : a, [0, 0])
  return often * 1000 + Math.min(most, 900)
}

function linesOutsideQuotes (text: string): string[] {
  const lines: string[] = []
  let [line, quoted] = ['', false]
  for (const character of text) {
    if (character === '"') quoted = !quoted
    else if (quoted) continue
    else if (character === '\n' || character === '\r') {
      if (line !== '') lines.push(line)
      if (lines.length === LOOKED_AT) return lines
      line = ''
    } else line += character
  }
  return [...lines, line]
}
