import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

/** A statement that the service sent, with one set of its parameters: texts, or what was encoded for Postgres. */
export interface Statement { at: string, text: string, values: Array<string | Buffer | null> }

interface Written { at: string, text: string, values: Array<string | { base64: string } | null> }

const prepare = (pg as unknown as { utils: { prepareValue: (value: unknown) => string | Buffer | null } }).utils

/** Statements with a plan; others, COPY among them, have none. */
const PLANNED = /^\s*(--[^\n]*\n\s*)*(SELECT|INSERT|UPDATE|DELETE|WITH|VALUES)\b/i

/**
 * Writes every statement that the service sends in this process into a directory, each text once: for
 * test/plans/plans.test.ts. What a test itself sends is left out.
 */
export function keepStatements (directory: string): void {
  const seen = new Set<string>()
  const keep = (statement: unknown, values: unknown): void => {
    const { text, values: own } = typeof statement === 'string'
      ? { text: statement, values: undefined }
      : statement as { text?: string, values?: unknown[] }
    if (text === undefined || seen.has(text) || !PLANNED.test(text)) return
    const at = sender()
    if (at === undefined) return
    seen.add(text)
    const written: Written = {
      at,
      text,
      values: (own ?? (Array.isArray(values) ? values : [])).map((value) => {
        const prepared = prepare.prepareValue(value)
        return Buffer.isBuffer(prepared) ? { base64: prepared.toString('base64') } : prepared
      })
    }
    const name = createHash('sha256').update(text).digest('hex')
    try {
      writeFileSync(join(directory, `${name}.json`), JSON.stringify(written), { flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error // another process was first
    }
  }
  for (const { prototype } of [pg.Client, pg.Pool] as Array<{ prototype: { query: (...of: unknown[]) => unknown } }>) {
    const send = prototype.query
    prototype.query = function (this: unknown, ...of: unknown[]) {
      keep(of[0], of[1])
      return send.apply(this, of)
    }
  }
}

const FRAME = /\/((?:src|test)\/[^:)]+\.ts):\d+/

/** The file that sends a statement, not what it sends it through; undefined where no file of the service does. */
function sender (): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 60
  const frames = (new Error().stack ?? '').split('\n').flatMap((line) =>
    line.includes('/node_modules/') ? [] : FRAME.exec(line)?.[1] ?? []
  )
  Error.stackTraceLimit = limit
  const files = frames.filter((file) => file !== 'test/support/statements.ts' && !THROUGH.test(file))
  return files[0]?.startsWith('src/') === true ? files[0] : undefined
}

const THROUGH = new RegExp(`^src/postgres/(${[
  'database', 'one-at-a-time', 'rows-stream', 'scoped', 'share', 'snapshot', 'transaction', 'waits', 'watched-client',
  'without-queueing', 'writers-in-flight'
].join('|')})\\.ts$`)

export function readStatements (directory: string): Statement[] {
  return readdirSync(directory).map((name): Statement => {
    const { at, text, values } = JSON.parse(readFileSync(join(directory, name), 'utf8')) as Written
    return {
      at,
      text,
      values: values.map((value) =>
        value !== null && typeof value === 'object' ? Buffer.from(value.base64, 'base64') : value
      )
    }
  }).sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : a.text < b.text ? -1 : 1)
}
