import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
/** What the guides write for the address of the service. */
const WRITTEN = 'http://127.0.0.1:3000'

/** A block of commands of a guide, and the JSON that stands right below it as its answer. */
export interface Step { commands: string, line: number, shown?: unknown }

/** A block that begins with "```sh" is run; one that is indented, or begins otherwise, is not. */
export function stepsOf (markdown: string): Step[] {
  const fence = /^```sh\n(.*?)^```\n(?:\s*^```json\n(.*?)^```\n)?/gms
  return [...markdown.matchAll(fence)].map(({ 1: commands = '', 2: json, index }) => ({
    commands,
    line: markdown.slice(0, index).split('\n').length + 1,
    ...(json !== undefined && !isCut(json) && { shown: JSON.parse(json) as unknown })
  }))
}

/** "…" outside of a text: an answer that is shown in part, for people alone. */
const isCut = (json: string): boolean => json.replaceAll('"…"', '').includes('…')

/** Lines of a guide that a reader would type and that are not run: indented ones. */
export const typedOnly = (markdown: string): string[] =>
  [...markdown.matchAll(/^ {4}((?:curl|npm|npx|docker|node|psql|[A-Z_]+=\S* npm) .*)$/gm)].map(([, line = '']) => line)

/** Where an answer differs from what a guide shows of it, which may leave fields out and has "…" for what varies. */
export function differs (answer: unknown, shown: unknown, place = ''): string | undefined {
  if (shown === '…') return answer === undefined ? `${place} is not there` : undefined
  if (typeof shown !== 'object' || shown === null || typeof answer !== 'object' || answer === null) {
    if (Object.is(answer, shown)) return undefined
    return `${place} is ${JSON.stringify(answer)}, shown as ${JSON.stringify(shown)}`
  }
  if (Array.isArray(shown) && (!Array.isArray(answer) || answer.length !== shown.length)) {
    return `${place} is ${JSON.stringify(answer)}, shown with ${shown.length} elements`
  }
  for (const [key, value] of Object.entries(shown)) {
    const difference = differs((answer as Record<string, unknown>)[key], value, `${place}/${key}`)
    if (difference !== undefined) return difference
  }
  return undefined
}

interface Options {
  /** Of a service that runs, whose data folder is `data` in `folder`. */
  url: string
  folder: string
  /** What the reader has already: variables, and files by their names. */
  env?: Record<string, string>
  files?: Record<string, string>
}

/** Runs the steps in one shell, as somebody pastes them. Returns what is wrong: nothing, if all is as it is written. */
export async function runSteps (
  steps: readonly Step[], { url, folder, env = {}, files = {} }: Options
): Promise<string[]> {
  makePrograms(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const script = ['set -euo pipefail', ...steps.map(({ commands }, i) =>
    `echo ${i} > at\n{\n${commands.replaceAll(WRITTEN, url)}} > said-${i}`)]
  const shell = spawn('bash', ['-c', script.join('\n')], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
      DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'fatal',
      ...env
    },
    stdio: ['ignore', 'ignore', 'pipe']
  })
  let errors = ''
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const [code] = await once(shell, 'close') as [number | null]
  const said = (i: number): string => {
    const file = join(folder, `said-${i}`)
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }
  if (code !== 0) {
    const at = Number(readFileSync(join(folder, 'at'), 'utf8'))
    return [`the block at line ${steps[at]?.line} ends with ${code}: ${said(at).slice(-2000)} ${errors.slice(-2000)}`]
  }
  return steps.flatMap(({ shown, line }, i) => {
    if (shown === undefined) return []
    const difference = differs(parsed(said(i)), shown)
    return difference === undefined ? [] : [`the answer below line ${line}: ${difference}`]
  })
}

/** JSON, or the text itself where it is none: that differs from anything shown. */
function parsed (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `curl` that fails where the service refuses; `npx` and `npm` that run this checkout. */
function makePrograms (folder: string): void {
  const bin = join(folder, 'bin')
  if (existsSync(bin)) return
  mkdirSync(bin)
  const without = `PATH="\${PATH#*${delimiter}}"`
  const programs = {
    curl: `${without} exec curl --fail-with-body --silent --show-error "$@"`,
    npm: `${without} exec npm --prefix '${ROOT}' "$@"`,
    npx: `[ "$1" = local-performance-platform ] && shift && exec '${process.execPath}' '${ROOT}/src/tool/main.ts' "$@"`
  }
  for (const [name, command] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${command}\n`, { mode: 0o755 })
  }
}
