import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { Failure } from '../failure.ts'
import { MOST } from '../send/content.ts'

/** What is collected, as a file in YAML or JSON says it. */
export interface CollectConfig {
  /** A select of rows that can be a part of another one, so without `order by`. */
  query: string
  watermark: {
    /** Of the query: rises with each row that is added or changed. */
    column: string
    /** Where the first run begins; left out: with the first row. */
    from?: string | number
    /** So much is read again each time, for rows that were committed late: of a time, or of a number. */
    overlap_seconds?: number
    overlap_number?: number
  }
  kind: 'events' | 'observations'
  mapping?: string
  on_repeat?: 'refuse' | 'newest'
  /** Rows a request. */
  batch: number
  /** Where it is noted how far it has come; left out: beside the configuration. */
  state: string
  /** Holds the address of the database, with its password. */
  database_url_file?: string
}

interface Check { is: (value: unknown) => boolean, what: string, needed?: true }

const TEXT: Check = { is: (value) => typeof value === 'string' && value.trim() !== '', what: 'a text' }
const NUMBER: Check = { is: (value) => typeof value === 'number' && value >= 0, what: 'a number, 0 or more' }
const oneOf = (...words: string[]): Check =>
  ({ is: (value) => words.includes(value as string), what: words.join(' or ') })
const FIELDS: Record<string, Check> = {
  query: { ...TEXT, needed: true },
  watermark: { is: (value) => typeof value === 'object' && value !== null, what: 'a column and more', needed: true },
  kind: oneOf('events', 'observations'),
  mapping: TEXT,
  on_repeat: oneOf('refuse', 'newest'),
  batch: {
    is: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST.rows,
    what: `a whole number from 1 to ${MOST.rows}`
  },
  state: TEXT,
  database_url_file: TEXT
}
const WATERMARK: Record<string, Check> = {
  column: { ...TEXT, needed: true },
  from: { is: (value) => TEXT.is(value) || typeof value === 'number', what: 'a text or a number' },
  overlap_seconds: NUMBER,
  overlap_number: NUMBER
}

/** Throws `Failure` with what is wrong first. Names of files in it are relative to it. */
export function readConfig (file: string): CollectConfig {
  const given = parsed(file)
  const wrong = whatIsWrong(given, FIELDS) ?? whatIsWrong((given as CollectConfig).watermark, WATERMARK, 'watermark.')
  if (wrong !== undefined) throw new Failure(`${file}: ${wrong}.`)
  const defaults = { kind: 'events', batch: 2000, state: `${resolve(file)}.state` }
  const config = { ...defaults, ...given as Partial<CollectConfig> } as CollectConfig
  const beside = (name: string): string => resolve(dirname(file), name)
  return {
    ...config,
    query: config.query.trim().replace(/;$/, ''),
    state: beside(config.state),
    ...(config.database_url_file !== undefined && { database_url_file: beside(config.database_url_file) })
  }
}

function parsed (file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Failure(code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read: ${message}`)
  }
}

function whatIsWrong (given: unknown, checks: Record<string, Check>, before = ''): string | undefined {
  if (typeof given !== 'object' || given === null) return 'it holds no settings'
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(checks, name))
  if (unknown !== undefined) return `${before}${unknown} is not known; there are ${Object.keys(checks).join(', ')}`
  for (const [name, { is, what, needed }] of Object.entries(checks)) {
    const value = (given as Record<string, unknown>)[name]
    if (value === undefined ? needed === true : !is(value)) return `${before}${name} is ${what}`
  }
  return undefined
}
