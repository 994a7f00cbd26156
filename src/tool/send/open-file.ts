import { open, type FileHandle } from 'node:fs/promises'
import { BadFile, Failure } from '../failure.ts'

const READ_BYTES = 256 * 1024

/** A file that is read twice: through once, then piece by piece. It has to be the same both times. */
export class OpenFile {
  readonly name: string
  readonly bytes: number
  /** Who may read it, so that what is written beside it is as open as it is. */
  readonly mode: number
  readonly #handle: FileHandle
  readonly #changed: bigint

  private constructor (name: string, handle: FileHandle, stat: { size: bigint, mtimeNs: bigint, mode: bigint }) {
    this.name = name
    this.#handle = handle
    this.bytes = Number(stat.size)
    this.mode = Number(stat.mode) & 0o666
    this.#changed = stat.mtimeNs
  }

  /** Throws `Failure` where there is no such file, it cannot be read or holds nothing. */
  static async of (name: string): Promise<OpenFile> {
    try {
      const handle = await open(name, 'r')
      const stat = await handle.stat({ bigint: true })
      if (stat.isFile() && stat.size > 0n) return new OpenFile(name, handle, stat)
      await handle.close()
      throw new BadFile(stat.isFile() ? `${name} is empty: there is nothing to send.` : `${name} is no file.`)
    } catch (error) {
      throw error instanceof Failure ? error : new Failure(whyUnreadable(name, error))
    }
  }

  async * chunks (): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.bytes; at += READ_BYTES) {
      yield await this.read(at, Math.min(this.bytes, at + READ_BYTES))
    }
  }

  /** Bytes `start` to `end`. Throws `Failure` where the file is another by now. */
  async read (start: number, end: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(end - start)
    let filled = 0
    while (filled < buffer.length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, buffer.length - filled, start + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    const { size, mtimeNs } = await this.#handle.stat({ bigint: true })
    if (Number(size) === this.bytes && mtimeNs === this.#changed && filled === buffer.length) return buffer
    throw new Failure(`${this.name} was changed while it was sent; run the same command again when it is complete.`)
  }

  async close (): Promise<void> {
    await this.#handle.close()
  }
}

function whyUnreadable (name: string, error: unknown): string {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return `There is no file ${name}.`
  return code === 'EACCES' ? `You may not read ${name}; ask its owner.` : `${name} cannot be read (${code}).`
}
