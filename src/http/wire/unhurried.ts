import { Readable } from 'node:stream'

/** A client who reads nothing for so long is given up. */
const STALLED_MS = 60_000

/**
 * Streams texts no faster than the client reads: one text waits at a time. A client who stops reading is given up,
 * because a download occupies one of a few connections.
 */
export function unhurried (parts: AsyncGenerator<string>, stalledMs = STALLED_MS): Readable {
  const stream: Readable = Readable.from(taken(), { highWaterMark: 1 })
  return stream

  async function * taken (): AsyncGenerator<string> {
    for await (const part of parts) {
      const timer = setTimeout(
        () => stream.destroy(new Error(`the reader has taken nothing for ${stalledMs} ms`)),
        stalledMs
      )
      try {
        yield part
      } finally {
        clearTimeout(timer)
      }
    }
  }
}
