import type { Directory, Source } from '../catalogue/directory.ts'
import { nameOfSource } from '../catalogue/sources.ts'
import { ProblemError } from '../errors.ts'

const CODE = 'figure-of-another-source'

/** Whose figures a source may replace: its own, and those of the sources that it takes over. */
export class Sender {
  readonly mayReplace: readonly number[]
  readonly #directory: Directory
  readonly #source: Source

  constructor (directory: Directory, source: Source) {
    this.mayReplace = [source.id, ...source.takes_over]
    this.#directory = directory
    this.#source = source
  }

  /** Why it may not replace what the source `sentBy` sent. */
  refuse (figure: string, sentBy: number): { code: typeof CODE, detail: string } {
    const other = this.#directory.sourceById.get(sentBy)
    const name = other === undefined ? 'another source' : nameOfSource(other)
    return {
      code: CODE,
      detail: `${figure} was sent by ${name}. Correct it there; where this system has taken its place, let an ` +
        `administrator name it in takes_over of PUT /v1/sources/${nameOfSource(this.#source)}.`
    }
  }

  refusal (figure: string, sentBy: number): ProblemError {
    const { code, detail } = this.refuse(figure, sentBy)
    return new ProblemError(code, detail)
  }
}
