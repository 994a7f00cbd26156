import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** What has to be read twice, and comes once or is made on the way: a file that nobody else may read. */
export class Spool {
  readonly file: string
  readonly #folder: string

  private constructor (folder: string) {
    this.#folder = folder
    this.file = join(folder, 'rows')
  }

  static async of (bytes: AsyncIterable<Buffer | string> | Iterable<Buffer | string>): Promise<Spool> {
    const spool = new Spool(await mkdtemp(join(tmpdir(), 'lpp-')))
    try {
      await pipeline(bytes, createWriteStream(spool.file, { mode: 0o600 }))
      return spool
    } catch (error) {
      await spool.remove()
      throw error
    }
  }

  async remove (): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
