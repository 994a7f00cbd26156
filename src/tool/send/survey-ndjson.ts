import { BadFile } from '../failure.ts'
import type { PieceMaker } from './pieces.ts'

const [NEWLINE, RETURN, SPACE, TAB] = [10, 13, 32, 9]

/** Finds the rows of NDJSON: lines that are not blank. Takes a file's bytes as they come. */
export class NdjsonSurvey {
  readonly #maker: PieceMaker
  readonly #mostBytes: number
  #at = 0
  #lineStart = 0
  #line = 1
  #blank = true

  constructor (maker: PieceMaker, mostBytes: number) {
    this.#maker = maker
    this.#mostBytes = mostBytes
  }

  take (chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]
      if (byte === NEWLINE) this.#endLine(this.#at + i)
      else if (this.#blank && byte !== RETURN && byte !== SPACE && byte !== TAB) this.#blank = false
    }
    this.#at += chunk.length
    this.#refuseLong(this.#at)
  }

  end (): void {
    this.#endLine(this.#at)
  }

  #endLine (end: number): void {
    this.#refuseLong(end)
    if (!this.#blank) this.#maker.add(this.#lineStart, end, this.#line)
    this.#lineStart = end + 1
    this.#line++
    this.#blank = true
  }

  #refuseLong (end: number): void {
    if (end - this.#lineStart <= this.#mostBytes) return
    throw new BadFile(`Line ${this.#line} is longer than a request may be; NDJSON has one row a line.`)
  }
}
