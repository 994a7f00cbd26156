import type pg from 'pg'
import { free } from './free.ts'

/** A statement to run, or a COPY with what it is to read, which is its own: it is freed after the commit. */
export interface Step { name: string, text: string, values?: Buffer[], copy?: Buffer }

/** What node-postgres' connection can do beyond its published types. */
interface Connection {
  /** Text by name of what this connection has prepared; node-postgres looks here as well. */
  parsedStatements: Record<string, string>
  stream: { cork: () => void, uncork: () => void }
  parse: (message: { name: string, text: string }) => void
  bind: (message: { statement: string, values: Buffer[] }) => void
  execute: (message: object) => void
  sync: () => void
  sendCopyFromChunk: (chunk: Buffer) => void
  endCopyFrom: () => void
}

/**
 * Runs all steps as one transaction in one round trip: the messages of the extended protocol up to one Sync are one
 * implicit transaction, and a COPY may stand among them. Resolves after the commit; if any step fails, none has
 * happened and the first failure is thrown. Results of statements are not read.
 */
export async function runPipeline (client: pg.ClientBase, steps: readonly Step[]): Promise<void> {
  const { parsedStatements } = (client as unknown as { connection: Connection }).connection
  const unprepared = steps.filter(({ name }, i) =>
    parsedStatements[name] === undefined && steps.findIndex((step) => step.name === name) === i
  )
  if (unprepared.length > 0) {
    // Apart, so that after a failure of the work itself it is certain which statements the connection knows.
    await submit(client, (connection) => {
      for (const { name, text } of unprepared) connection.parse({ name, text })
    })
    for (const { name, text } of unprepared) parsedStatements[name] = text
  }
  await submit(client, (connection) => {
    for (const { name, values = [], copy } of steps) {
      connection.bind({ statement: name, values })
      connection.execute({})
      if (copy === undefined) continue
      connection.sendCopyFromChunk(copy)
      connection.endCopyFrom()
    }
  })
  // Only now: Postgres has answered, so all has left. After a failure some of it may still be on its way.
  for (const { copy } of steps) if (copy !== undefined) free(copy)
}

async function submit (client: pg.ClientBase, send: (connection: Connection) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const ignore = (): void => undefined
    client.query({
      submit: (connection: unknown) => {
        const { stream } = connection as Connection
        stream.cork() // one write to the socket
        send(connection as Connection)
        ;(connection as Connection).sync()
        stream.uncork()
      },
      handleReadyForQuery: resolve,
      handleError: reject,
      handleCommandComplete: ignore,
      handleCopyInResponse: ignore, // the rows are on their way already
      handleRowDescription: ignore,
      handleDataRow: ignore,
      handleEmptyQuery: ignore,
      handlePortalSuspended: ignore
    } as pg.Submittable)
  })
}
