import type { Command } from 'commander'
import { stringify } from 'yaml'
import type { GlobalOptions } from './connection.ts'

type Cell = string | number | boolean | null | undefined | readonly (string | number)[]

/** A line for people; programs that asked for JSON get JSON on standard output alone. */
export const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

export const wantsJson = (command: Command): boolean => command.optsWithGlobals<GlobalOptions>().json === true

/** An answer as the service gave it for `--json`, or else as people read it. */
export function show<T> (command: Command, answer: T, forPeople: (answer: T) => string): void {
  say(wantsJson(command) ? JSON.stringify(answer, null, 2) : forPeople(answer))
}

/** Settings as they can be kept in a file, changed and put again. */
export const asYaml = (settings: object): string => stringify(settings, { lineWidth: 0 }).trimEnd()

/** Rows below a heading each, in columns as wide as what stands in them. */
export function table (headings: string[], rows: readonly Cell[][], whereNone: string): string {
  if (rows.length === 0) return whereNone
  const lines = [headings, ...rows.map((row) => row.map(text))]
  const widths = headings.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  return lines.map((line) => line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ').trimEnd()).join('\n')
}

function text (cell: Cell): string {
  if (cell === null || cell === undefined || cell === '') return '-'
  return Array.isArray(cell) ? cell.join(', ') || '-' : String(cell)
}
