import { setImmediate } from 'node:timers/promises'

/** After so much work in one piece, others come first: requests that are short, and connections of the database. */
const SLICE_MS = 10

/** Tells work that may take long when to let others come first: `if (pace.isDue) await pace.rest()`. */
export class Pace {
  #since = performance.now()

  get isDue (): boolean {
    return performance.now() - this.#since > SLICE_MS
  }

  async rest (): Promise<void> {
    await setImmediate()
    this.#since = performance.now()
  }
}

/** As `items.map(make)`, in slices between which others come first. */
export async function mapInSlices<Item, Made> (
  items: Iterable<Item>, make: (item: Item, index: number) => Made
): Promise<Made[]> {
  const pace = new Pace()
  const made: Made[] = []
  let index = 0
  for (const item of items) {
    made.push(make(item, index++))
    if (pace.isDue) await pace.rest()
  }
  return made
}
