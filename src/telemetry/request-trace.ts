import { AsyncLocalStorage } from 'node:async_hooks'
import type { Span } from '@opentelemetry/api'

/** What is measured of a request while it is worked on, wherever that is. */
export class RequestTrace {
  /** Of the request, if somebody collects spans; else there is none. */
  readonly span: Span | undefined
  readonly #child: ((name: string) => Span) | undefined
  #waits = 0
  #since = 0
  #waited = 0

  constructor (spans?: { span: Span, child: (name: string) => Span }) {
    this.span = spans?.span
    this.#child = spans?.child
  }

  /** The request waits for the database from now until the returned function is called. `what` names it in a trace. */
  waitForDatabase (what: string): () => void {
    const span = this.#child?.(what)
    if (this.#waits++ === 0) this.#since = performance.now()
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      span?.end()
      if (--this.#waits === 0) this.#waited += performance.now() - this.#since
    }
  }

  /** Milliseconds in which the request waited for the database; waiting for two things at once counts once. */
  get databaseMs (): number {
    return this.#waits === 0 ? this.#waited : this.#waited + performance.now() - this.#since
  }
}

const traces = new AsyncLocalStorage<RequestTrace>()

/** Runs `work`, and all that comes of it, as part of a request. */
export const within = <T>(trace: RequestTrace, work: () => T): T => traces.run(trace, work)

/** The request that this is part of; undefined for what the service does by itself. */
export const currentTrace = (): RequestTrace | undefined => traces.getStore()

/** For work that somebody else will begin: it stays part of the request that asked for it. */
export const ofThisRequest = <Work extends (...args: never[]) => unknown>(work: Work): Work =>
  AsyncLocalStorage.bind(work)

/** Counts the time until `work` is done as waiting for the database. */
export async function waitingForDatabase<T> (what: string, work: Promise<T>): Promise<T> {
  const done = currentTrace()?.waitForDatabase(what)
  try {
    return await work
  } finally {
    done?.()
  }
}
