import type { RowWarning } from '../errors.ts'

/** Kinds of things that are told apart; of what is beyond, nothing more is said. */
const MOST = 1000

interface Noted { code: string, column?: string | undefined, say: string, line: number, rows: number }

/** What is noticed in rows: the same in a thousand of them is one warning, which says where it is first. */
export class NotedRows {
  readonly #noted = new Map<string, Noted>()

  /** `say`: what was noticed and how it is read, without its end; with it, where it names its line itself. */
  add (code: string, line: number, say: string, column?: string): void {
    const key = `${code}\n${column ?? ''}\n${say}`
    const known = this.#noted.get(key)
    if (known !== undefined) known.rows++
    else if (this.#noted.size < MOST) this.#noted.set(key, { code, column, say, line, rows: 1 })
  }

  get warnings (): RowWarning[] {
    return [...this.#noted.values()].map(({ code, column, say, line, rows }) => {
      const where = rows === 1 ? `line ${line}` : `${rows} rows, the first on line ${line}`
      return {
        line,
        ...(column !== undefined && { column }),
        code,
        detail: say.endsWith('.') ? say : `${say} (${where}).`
      }
    })
  }
}
