import { setImmediate } from 'node:timers/promises'

/** What a piece of work takes of the event loop before everybody else has a go, in milliseconds. */
const SLICE_MS = 2

/**
 * Long work, such as the rows of a batch, in slices: between two of them everything that has arrived meanwhile is
 * dealt with, so that a reader never waits for a batch.
 */
export class Slices {
  #began = performance.now()

  /** Whether a slice is over. Ask every few rows, and then `pause`. */
  get over (): boolean {
    return performance.now() - this.#began > SLICE_MS
  }

  async pause (): Promise<void> {
    await setImmediate()
    this.#began = performance.now()
  }
}

/** Calls `work` for each item, in slices. */
export async function inSlices<T> (
  slices: Slices, items: readonly T[], work: (item: T, index: number) => void
): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (slices.over) await slices.pause()
    work(item, index)
  }
}
