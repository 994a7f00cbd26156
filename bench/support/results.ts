import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../out')
const PAGE = join(import.meta.dirname, '../RESULTS.md')

let postgres = { version: '', own: true }

/** The Postgres that the results are about: its version, and whether it is the one that npm brings. */
export function measuredOn (which: typeof postgres): void {
  postgres = which
}

export type Row = Record<string, string | number | undefined>

/** Prints a table, keeps it as JSON under bench/out and writes bench/RESULTS.md anew from all that are there. */
export function report (name: string, title: string, rows: Row[]): void {
  const file = postgres.own ? name : `${name}-on-${postgres.version}`
  const result = { name: file, title, at: new Date().toISOString(), machine: machine(), rows }
  process.stdout.write(`\n${title}\n\n${table(rows)}\n`)
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, `${file}.json`), `${JSON.stringify(result, null, 2)}\n`)
  const all = readdirSync(FOLDER).filter((file) => file.endsWith('.json')).sort()
    .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as typeof result)
  const sections = all.map(({ title, at, machine, rows }) => `## ${title}\n\n${at}, ${machine}\n\n${table(rows)}`)
  writeFileSync(
    PAGE,
    `# Results of the benches\n\nWritten by \`npm run bench:*\`. Client, service and Postgres share the machine; fsync and synchronous_commit are on.\n\n${sections.join('\n')}`
  )
}

function machine (): string {
  const [cpu] = cpus()
  const version = existsSync('/proc/version') ? readFileSync('/proc/version', 'utf8').split(' ')[2] ?? '' : ''
  return `${cpus().length} cores ${cpu?.model ?? ''}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${version}, Node ${process.version}, Postgres ${postgres.version}`
}

export function table (rows: Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const text = (value: string | number | undefined): string => typeof value === 'number' ? round(value) : value ?? ''
  return [
    `| ${columns.join(' | ')} |`,
    `| ${columns.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => `| ${columns.map((column) => text(row[column])).join(' | ')} |`),
    ''
  ].join('\n')
}

function round (value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-GB')
  return String(Number(value.toPrecision(3)))
}
