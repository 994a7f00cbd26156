import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What programs write beside the file that they mean, or before it is whole; and what is ours. */
const PASSED_OVER = [
  /^[.~]/, /~$/, /\.(?:tmp|temp|part|partial|filepart|crdownload|download|lock|swp|bak|new)$/i,
  /\.lpp-journal$/, /\.refused\.(?:csv|txt)$/
]
export const SENDABLE = ['*.csv', '*.tsv', '*.xlsx', '*.ndjson', '*.jsonl', '*.json']

/** Tells by a file's name whether it is to be sent; a pattern has `*` and `?`. */
export function namesOf (patterns: readonly string[]): (name: string) => boolean {
  const wanted = patterns.map((pattern) => new RegExp(
    `^${pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i'
  ))
  return (name) => wanted.some((one) => one.test(name)) && !PASSED_OVER.some((one) => one.test(name))
}

interface Seen { signature: string, since: number }

/** The files of a folder, and which of them nobody has written to for a while. */
export class Candidates {
  readonly #folder: string
  readonly #isWanted: (name: string) => boolean
  readonly #settleMs: number
  #seen = new Map<string, Seen>()

  constructor (folder: string, isWanted: (name: string) => boolean, settleMs: number) {
    this.#folder = folder
    this.#isWanted = isWanted
    this.#settleMs = settleMs
  }

  /**
   * Looks at the folder. Answers the files that have been as they are for long enough, the oldest first: corrections
   * come after what they correct. Their times alone say nothing: programs that copy set them as they were. An empty
   * file is one that is about to be written.
   */
  look (now: number): { settled: string[], growing: string[] } {
    const before = this.#seen
    this.#seen = new Map()
    const files: Array<{ name: string, changed: number, isSettled: boolean }> = []
    for (const name of readdirSync(this.#folder).filter(this.#isWanted)) {
      const stat = statSync(join(this.#folder, name), { throwIfNoEntry: false })
      if (stat?.isFile() !== true) continue
      const signature = `${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`
      const known = before.get(name)
      const since = known?.signature === signature ? known.since : now
      this.#seen.set(name, { signature, since })
      files.push({ name, changed: stat.mtimeMs, isSettled: stat.size > 0 && now - since >= this.#settleMs })
    }
    files.sort((a, b) => a.changed - b.changed || (a.name < b.name ? -1 : 1))
    return {
      settled: files.filter(({ isSettled }) => isSettled).map(({ name }) => name),
      growing: files.filter(({ isSettled }) => !isSettled).map(({ name }) => name)
    }
  }
}
