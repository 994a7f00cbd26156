import pg from 'pg'
import { currentTrace, type RequestTrace } from '../telemetry/request-trace.ts'
import { asOfOneServer } from './cluster/errors.ts'
import { DEADLINES, timeoutSet } from './deadlines.ts'
import { Unreachable } from './failures.ts'

export interface Watching {
  /** For a statement, in ms: without a byte of an answer for longer, the connection is cut. 0: for ever. */
  answerMs: number
  /** Told once of a connection that breaks or is cut; not of one that was ended, or never stood. */
  onLost?: (error: Error, client: WatchedClient) => void
  /** Told of each try to connect, with the error if it failed. */
  onTried?: (error?: Error) => void
  /** Whether a statement may have a name; left out: it may. */
  keepsNames?: () => boolean
}

const TICK_MS = 500
const watched = new Set<WatchedClient>()
let timer: NodeJS.Timeout | undefined

/**
 * A connection that never hangs. Where its network or its backend goes silent neither TCP nor Postgres says anything
 * for many minutes, so this process watches by itself: a connection that owes an answer and brings no byte of it in
 * time is destroyed, and all that waits for it fails at once. (`query_timeout` of node-postgres gives up the query
 * alone, and puts the connection back into the pool.)
 */
export class WatchedClient extends pg.Client {
  readonly #watching: Watching
  #answerMs: number
  #localMs: number | undefined
  #owes = false
  #silentTicks = 0
  #moved = 0
  #isLost = false
  /** The request that it works for, and what says to it that it waits no longer. */
  #served: { trace: RequestTrace, answered: () => void } | undefined

  constructor (config: pg.ClientConfig & Watching) {
    super({ keepAlive: true, keepAliveInitialDelayMillis: DEADLINES.connectMs, ...config })
    this.#watching = config
    this.#answerMs = config.answerMs
    // Before it is given to whoever waits for it.
    this.connection.prependListener('errorMessage', asOfOneServer)
    this.on('drain', () => {
      this.#owes = false
      this.#answer()
      if (this.#localMs !== undefined && this.getTransactionStatus() === 'I') this.#localMs = undefined
    })
    this.on('error', (error) => this.#lose(error))
    const send = this.query.bind(this) as (...statement: unknown[]) => unknown
    this.query = ((...statement: unknown[]) => {
      this.#expect(statement[0])
      if (config.keepsNames?.() === false) statement[0] = withoutName(statement[0])
      return send(...statement)
    }) as pg.Client['query']
    this.once('end', () => {
      unwatch(this)
      this.#answer()
    })
  }

  // What pg takes and gives back, in all its forms, is passed on.
  override connect (): Promise<WatchedClient>
  override connect (callback: (error: Error) => void): void
  override connect (callback?: (error: Error) => void): Promise<WatchedClient> | void {
    watch(this)
    if (callback === undefined) {
      return new Promise((resolve, reject) => {
        this.connect((error: Error | undefined) => {
          if (error === undefined) resolve(this)
          else reject(error)
        })
      })
    }
    super.connect((cause: Error | null) => {
      const error = cause === null ? undefined : new Unreachable(cause)
      this.#watching.onTried?.(error)
      callback(error as Error)
    })
  }

  #expect (statement: unknown): void {
    if (!this.#owes) this.#silentTicks = 0
    this.#owes = !isCursor(statement)
    if (this.#owes) this.#serve(statement)
    const set = timeoutSet(textOf(statement))
    if (set === undefined) return
    const ms = set.ms === 0 ? 0 : set.ms + DEADLINES.marginMs
    if (set.local) this.#localMs = ms
    else this.#answerMs = ms
  }

  // The next one to have this connection may be told so before the last statement of the one before has drained.
  #serve (statement: unknown): void {
    const trace = currentTrace()
    if (trace === this.#served?.trace) return
    this.#answer()
    if (trace !== undefined) this.#served = { trace, answered: trace.waitForDatabase(nameOf(statement)) }
  }

  #answer (): void {
    this.#served?.answered()
    this.#served = undefined
  }

  override end (): Promise<void>
  override end (callback: (error: Error) => void): void
  override end (callback?: (error: Error) => void): Promise<void> | void {
    // A server that is gone never answers that it has heard.
    const cut = setTimeout(() => this.connection.stream.destroy(), DEADLINES.endMs).unref()
    this.once('end', () => {
      clearTimeout(cut)
    })
    if (callback === undefined) return super.end()
    super.end(callback)
  }

  /** Cuts the connection: whatever waits for it fails with `error`. Told to nobody where it is `expected`. */
  cut (error: Error, expected = false): void {
    this.#isLost ||= expected
    this.connection.stream.destroy(error)
  }

  /** Counts time in ticks, so that none passes while this process itself stands still. */
  tick (): void {
    const limit = this.#localMs ?? this.#answerMs
    if (!this.#owes || limit === 0) return
    const { bytesRead = 0, bytesWritten = 0, writableLength = 0 } = this.connection.stream as Partial<Counts>
    const moved = bytesRead + bytesWritten - writableLength
    this.#silentTicks = moved === this.#moved ? this.#silentTicks + 1 : 0
    this.#moved = moved
    if (this.#silentTicks * TICK_MS < limit) return
    this.cut(new Unreachable(new Error(`no answer from the database for ${Math.round(limit / 1000)} s`)))
  }

  #lose (error: Error): void {
    if (this.#isLost) return // pg tells of the same connection again when its socket has closed
    this.#isLost = true
    this.#watching.onLost?.(error, this)
  }
}

interface Counts { bytesRead: number, bytesWritten: number, writableLength: number }

// Between its batches a cursor waits for its reader: rows-stream.ts watches each batch.
const isCursor = (statement: unknown): boolean =>
  typeof statement === 'object' && statement !== null && 'read' in statement && 'close' in statement

const textOf = (statement: unknown): string =>
  typeof statement === 'string' ? statement : (statement as { text?: string }).text ?? ''

// A name, or the first word: a trace is no place for values.
const nameOf = (statement: unknown): string =>
  (statement as { name?: string }).name ?? /[A-Z]+/i.exec(textOf(statement))?.[0]?.toUpperCase() ?? 'statement'

// What has a `submit`, as a cursor, is no statement of ours to copy.
function withoutName (statement: unknown): unknown {
  if (typeof statement !== 'object' || statement === null || !('name' in statement) || 'submit' in statement) {
    return statement
  }
  return { ...statement, name: undefined }
}

function watch (client: WatchedClient): void {
  watched.add(client)
  timer ??= setInterval(() => {
    for (const one of watched) one.tick()
  }, TICK_MS).unref()
}

function unwatch (client: WatchedClient): void {
  watched.delete(client)
  if (watched.size > 0) return
  clearInterval(timer)
  timer = undefined
}
