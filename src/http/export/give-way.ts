import { setTimeout as wait } from 'node:timers/promises'

/** Milliseconds between two looks, and the longest rest. */
const [LOOK_MS, MOST_MS] = [2, 200]

/**
 * A rest for an export to take between two pieces of its work: while anybody else is answered, and no longer than the
 * piece took, so that it goes on at half its pace at least.
 */
export function givingWay (isBusy: () => boolean): () => Promise<void> {
  let since = performance.now()
  return async () => {
    const until = performance.now() + Math.min(performance.now() - since, MOST_MS)
    while (isBusy() && performance.now() < until) await wait(LOOK_MS)
    since = performance.now()
  }
}
