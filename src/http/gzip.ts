import type { IncomingHttpHeaders } from 'node:http'
import { gunzip } from 'node:zlib'

/** How a body is packed: `gzip`, `identity` for not at all, or another word, which nothing here unpacks. */
export function codingOf (headers: IncomingHttpHeaders): string {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? ''
  return coding === '' ? 'identity' : coding === 'x-gzip' ? 'gzip' : coding
}

/** The most that so many bytes of gzip unpack to. */
export const unpackedBytes = (packed: number): number => packed * 1032

/** Why a body could not be unpacked, as the rest of a sentence about it. */
export class NotUnpacked extends Error {
  /** It is more than was asked for at most. */
  readonly isTooLarge: boolean
  constructor (message: string, isTooLarge = false) {
    super(message)
    this.isTooLarge = isTooLarge
  }
}

/** Unpacks gzip, of one member or several, to `most` bytes. Throws `NotUnpacked`. */
export async function unpack (packed: Buffer, most: number): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    // With `info` it says as well how much it has read: what comes after the end it would pass over.
    const done = (error: NodeJS.ErrnoException | null, unpacked: unknown): void => {
      if (error !== null) {
        reject(notUnpacked(error))
        return
      }
      const { buffer, engine } = unpacked as { buffer: Buffer, engine: { bytesWritten: number } }
      if (engine.bytesWritten === packed.length) resolve(buffer)
      else reject(new NotUnpacked('is not gzip alone: something comes after its end'))
    }
    gunzip(packed, { maxOutputLength: most, chunkSize: 64 * 1024, info: true }, done)
  })
}

function notUnpacked ({ code }: NodeJS.ErrnoException): NotUnpacked {
  if (code === 'ERR_BUFFER_TOO_LARGE') return new NotUnpacked('is too large unpacked', true)
  return new NotUnpacked(code === 'Z_BUF_ERROR' ? 'is gzip that was cut off before its end' : 'is not valid gzip')
}
