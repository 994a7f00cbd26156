import pg from 'pg'
import { isHeldByPolicies, type Target } from './copy-rows.ts'

/** Rows of one table, as a whole COPY in the binary form. */
export interface Copy { target: Target, bytes: Buffer }

/**
 * Appends rows to several tables in one transaction of its own and one round trip: `COPY` after `COPY`, each with its
 * bytes sent on without waiting for Postgres to ask for them, and `check` behind them, a statement without parameters.
 * If one row cannot be taken, or `check` fails, nothing is kept. Returns false, with nothing done, where Postgres takes
 * no COPY of its user.
 */
export async function copyTogether (pool: pg.Pool, copies: readonly Copy[], check: string): Promise<boolean> {
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    if (await isHeldByPolicies(client)) return false
    await new Promise<void>((resolve, reject) => {
      client.query(new Together(copies, check, (error) => {
        if (error === undefined) resolve()
        else reject(error)
      }))
    })
    return true
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) failure = error as Error
    throw error
  } finally {
    client.release(failure)
  }
}

interface Connection {
  query: (text: string) => void
  sendCopyFromChunk: (bytes: Buffer) => void
  endCopyFrom: () => void
}

const textOf = ({ table, columns }: Target): string =>
  `COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`

/** As node-postgres has it: it is submitted, and told of every answer. */
class Together implements pg.Submittable {
  readonly #copies: readonly Copy[]
  readonly #check: string
  readonly #done: (error?: Error) => void
  #failed = false

  constructor (copies: readonly Copy[], check: string, done: (error?: Error) => void) {
    this.#copies = copies
    this.#check = check
    this.#done = done
  }

  // Several statements in one text are one transaction. After an error Postgres passes over what is still sent.
  submit (connection: pg.Connection): void {
    const to = connection as unknown as Connection
    to.query([...this.#copies.map(({ target }) => textOf(target)), this.#check].join('; '))
    for (const { bytes } of this.#copies) {
      to.sendCopyFromChunk(bytes)
      to.endCopyFrom()
    }
  }

  handleError (error: Error): void {
    if (this.#failed) return
    this.#failed = true
    this.#done(error)
  }

  handleReadyForQuery (): void {
    if (!this.#failed) this.#done()
  }

  handleCopyInResponse (): void {}
  handleCommandComplete (): void {}
  handleRowDescription (): void {}
  handleDataRow (): void {}
  handleEmptyQuery (): void {}
}
