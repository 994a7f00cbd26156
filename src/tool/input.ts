import { readFileSync } from 'node:fs'
import { Failure } from './failure.ts'

/** What `put` sends, from a file of JSON or YAML or from standard input (`-`): the service says what is wrong in it. */
export async function readDocument<T extends object> (file: string): Promise<T> {
  let text
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new Failure(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`)
  }
  const { parseDocument } = await import('yaml')
  const parsed = parseDocument(text)
  const [wrong] = parsed.errors
  const document: unknown = wrong === undefined ? parsed.toJS() : undefined
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document as T
  const name = file === '-' ? 'What came in' : file
  throw new Failure(`${name} is no object of JSON or YAML${wrong === undefined ? '.' : `: ${wrong.message}`}`.trimEnd())
}

/** The two halves of a name such as `solihull/bartec`. */
export function pairOf (text: string, what: string): [string, string] {
  const [first, second, ...more] = text.split('/')
  if (first && second && more.length === 0) return [first, second]
  throw new Failure(`${text} is no ${what}; write it as ${what === 'data set' ? 'group/type' : 'authority/name'}.`)
}

export function sourceOf (text: string): { authority: string, name: string } {
  const [authority, name] = pairOf(text, 'source')
  return { authority, name }
}

export function dataSetOf (text: string): { group: string, type: string } {
  const [group, type] = pairOf(text, 'data set')
  return { group, type }
}

/** A whole number of an option; the service knows how large it may be. */
export function whole (text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new Failure(`${text} is no whole number.`)
}

/** An option that may be given several times. */
export const several = (one: string, before: string[] | undefined): string[] => [...before ?? [], one]

/** A question without the options that were left out: those are not sent. */
export function given<T extends object> (options: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as
    { [Key in keyof T]: Exclude<T[Key], undefined> }
}
