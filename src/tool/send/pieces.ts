/** Rows of a file that are sent in one request: bytes `start` to `end`, the latter not included. */
export interface Piece {
  /** From 1. */
  number: number
  start: number
  end: number
  rows: number
  /** The line of the file on which its first row begins, from 1. */
  line: number
}

export interface PieceLimits { rows: number, bytes: number }

/** Joins rows that follow one another to pieces, each as large as it may be. */
export class PieceMaker {
  readonly pieces: Piece[] = []
  readonly #limits: PieceLimits

  constructor (limits: PieceLimits) {
    this.#limits = limits
  }

  add (start: number, end: number, line: number): void {
    const last = this.pieces.at(-1)
    if (last !== undefined && last.rows < this.#limits.rows && end - last.start <= this.#limits.bytes) {
      last.end = end
      last.rows++
    } else {
      this.pieces.push({ number: this.pieces.length + 1, start, end, rows: 1, line })
    }
  }
}
