/** What a piece of work takes of the event loop before everybody else has a go, in milliseconds. */
const SLICE_MS = 1

/**
 * Long work, such as the rows of a batch or of an answer, in slices: between two of them everything that has arrived
 * meanwhile is dealt with. `if (slices.over) await slices.pause()`, every few rows.
 */
export class Slices {
  #began = performance.now()

  get over (): boolean {
    return performance.now() - this.#began > SLICE_MS
  }

  async pause (): Promise<void> {
    await new Promise<void>((resolve) => {
      if (paused.push(resolve) === 1) setImmediate(goOn)
    })
    this.#began = performance.now()
  }
}

/** Works that have paused. Each turn of the event loop has one slice of one of them, however many there are. */
const paused: Array<() => void> = []

function goOn (): void {
  paused.shift()?.()
  if (paused.length > 0) setImmediate(goOn)
}

/** As `items.map(make)`, in slices. */
export async function mapInSlices<Item, Made> (
  items: Iterable<Item>, make: (item: Item, index: number) => Made, slices = new Slices()
): Promise<Made[]> {
  const made: Made[] = []
  let index = 0
  for (const item of items) {
    if (slices.over) await slices.pause()
    made.push(make(item, index++))
  }
  return made
}
