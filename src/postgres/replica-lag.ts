/** Where the primary stood at a moment: `at` by a stopwatch in ms, `lsn` in bytes of its log. */
interface Mark { at: number, lsn: bigint }

/** Some minutes of marks: what is forgotten of them makes a replica seem older than it is, never younger. */
const MOST_MARKS = 1000

/**
 * How old what a replica has may be. No clock of any server tells that: a replica that has replayed all that the
 * primary had written at a moment has all that was committed before it, and goes on having it.
 */
export class ReplicaLag {
  /** That the replica has not reached, the oldest first. */
  #marks: Mark[] = []
  #upTo = -Infinity

  /** It has all that was committed before this moment. */
  get upTo (): number { return this.#upTo }

  /** The primary had written so much at a moment, or later. */
  written (mark: Mark): void {
    this.#marks.push(mark)
    if (this.#marks.length > MOST_MARKS) this.#marks.shift()
  }

  /** The replica has replayed so much. */
  replayed (lsn: bigint): void {
    const reached = this.#marks.findLastIndex((mark) => mark.lsn <= lsn)
    for (const { at } of this.#marks.splice(0, reached + 1)) this.#upTo = Math.max(this.#upTo, at)
  }

  /** Either is another server than before. */
  forget (): void {
    this.#marks = []
    this.#upTo = -Infinity
  }
}
