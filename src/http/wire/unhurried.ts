import { Readable } from 'node:stream'

export interface Patience {
  /** A client who takes nothing for so long is given up. */
  stalledMs?: number
  /** Whether somebody else waits for the place of this client. */
  isWanted?: () => boolean
  /** Over so long the pace is measured. */
  paceMs?: number
  /** Characters a second, which who keeps others waiting has to take at least. */
  least?: number
}

/**
 * Streams texts no faster than the client reads: one text waits at a time. A client who stops reading is given up,
 * because a download occupies one of a few connections; and one who reads slowly, as long as others wait for his.
 */
export function unhurried (
  parts: AsyncGenerator<string | Buffer>,
  { stalledMs = 60_000, isWanted = () => false, paceMs = 10_000, least = 64 * 1024 }: Patience = {}
): Readable {
  const stream: Readable = Readable.from(taken(), { highWaterMark: 1 })
  let [before, now] = [0, 0]
  let [waited, since] = [0, Infinity] // for the reader, not for what is read
  const watch = setInterval(() => {
    const pace = (now - before) / paceMs * 1000
    const isSlow = pace < least && waited + Math.max(0, performance.now() - since) > paceMs / 2
    before = now
    waited = 0
    since = since === Infinity ? since : performance.now()
    if (!isWanted() || !isSlow) return
    stream.destroy(new Error(`others wait, and the reader takes ${pace} bytes a second`))
  }, paceMs)
  stream.once('close', () => clearInterval(watch))
  return stream

  async function * taken (): AsyncGenerator<string | Buffer> {
    for await (const part of parts) {
      const timer = setTimeout(
        () => stream.destroy(new Error(`the reader has taken nothing for ${stalledMs} ms`)),
        stalledMs
      )
      since = performance.now()
      try {
        yield part
        now += part.length
      } finally {
        waited += performance.now() - since
        since = Infinity
        clearTimeout(timer)
      }
    }
  }
}
