import { Readable } from 'node:stream'

/** Whoever takes nothing for so long is gone. */
const STALLED_MS = 60_000

/**
 * Parts as a stream that is made no faster than it is read: one part waits at a time. A reader who stops is given up,
 * for what the parts are made of (a download has one of a few connections) is others' as well.
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
