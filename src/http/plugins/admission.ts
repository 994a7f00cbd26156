import { finished } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ProblemError } from '../../errors.ts'
import { codingOf, unpackedBytes } from '../gzip.ts'
import { clientOf } from './client.ts'

/** Bodies shorter than that are always let in. */
export const SHORT_BODY = 64 * 1024

export interface AdmissionLimits {
  /** Bytes of bodies that this process has in hand, in all and of one sender. */
  bytes: number
  bytesOfOne: number
  /** How many bodies wait until there is room, in all and of one sender; whoever is beyond is told to try again. */
  waiting: number
  waitingOfOne: number
  /** How long they wait. */
  waitMs: number
}

const LIMITS: AdmissionLimits = {
  bytes: 64 * 1024 * 1024, bytesOfOne: 16 * 1024 * 1024, waiting: 256, waitingOfOne: 32, waitMs: 30_000
}

interface Waiting { key: string, bytes: number, start: () => void }

/**
 * Lets bodies in one after the other, so that what the process has in hand is bounded whatever is sent to it: a body
 * that waits stays in the sender's socket. What one sender has in hand is bounded as well, so that others find room.
 */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #waiting: Waiting[] = []
  readonly #bytesOf = new Map<string, number>()
  #bytes = 0

  constructor (limits: Partial<AdmissionLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
  }

  get bytes (): number {
    return this.#bytes
  }

  get waiting (): number {
    return this.#waiting.length
  }

  /**
   * Resolves when there is room for so many bytes; `leave` gives it back. Throws `ProblemError` (unavailable) where too
   * many wait, or there is no room for too long. `gone` settles the wait of a sender who went away.
   */
  async enter (key: string, bytes: number, gone?: AbortSignal): Promise<void> {
    const passes = this.#waiting.every((one) => one.key !== key && !this.#fitsShare(one.key, one.bytes))
    if (passes && this.#hasRoom(key, bytes)) {
      this.#take(key, bytes)
      return
    }
    const { waiting, waitingOfOne, waitMs } = this.#limits
    const own = this.#waiting.filter((one) => one.key === key).length
    if (this.#waiting.length >= waiting || own >= waitingOfOne) throw full()
    await new Promise<void>((resolve, reject) => {
      const one: Waiting = {
        key,
        bytes,
        start: () => {
          settle()
          this.#take(key, bytes)
          resolve()
        }
      }
      const giveUp = (): void => {
        settle()
        reject(full())
      }
      const settle = (): void => {
        clearTimeout(timer)
        gone?.removeEventListener('abort', giveUp)
        this.#waiting.splice(this.#waiting.indexOf(one), 1)
      }
      const timer = setTimeout(giveUp, waitMs)
      gone?.addEventListener('abort', giveUp)
      this.#waiting.push(one)
    })
  }

  leave (key: string, bytes: number): void {
    this.#bytes -= bytes
    const left = (this.#bytesOf.get(key) ?? 0) - bytes
    if (left > 0) this.#bytesOf.set(key, left)
    else this.#bytesOf.delete(key)
    // Who came first goes first, but for those whose sender has its share: they hold up nobody else.
    const passed = new Set<string>()
    for (const one of [...this.#waiting]) {
      if (!passed.has(one.key) && this.#hasRoom(one.key, one.bytes)) one.start()
      else if (this.#fitsShare(one.key, one.bytes)) return
      else passed.add(one.key)
    }
  }

  // A body larger than all there is has it to itself.
  #hasRoom (key: string, bytes: number): boolean {
    return (this.#bytes === 0 || this.#bytes + bytes <= this.#limits.bytes) && this.#fitsShare(key, bytes)
  }

  #fitsShare (key: string, bytes: number): boolean {
    const own = this.#bytesOf.get(key) ?? 0
    return own === 0 || own + bytes <= this.#limits.bytesOfOne
  }

  #take (key: string, bytes: number): void {
    this.#bytes += bytes
    this.#bytesOf.set(key, (this.#bytesOf.get(key) ?? 0) + bytes)
  }
}

const full = (): ProblemError => new ProblemError(
  'unavailable', 'Too many large bodies are on their way; send this again, and fewer at once.'
)

/** Puts `admission` before the body of every request is read; `noteShort` is told of the bytes of those without it. */
export function boundBodies (
  app: FastifyInstance, noteShort: (bytes: number) => void, admission = new Admission()
): void {
  app.decorate('admission', admission)
  app.addHook('preParsing', (request, reply, payload, done) => {
    const bytes = expectedBytes(request)
    if (bytes < SHORT_BODY) {
      noteShort(bytes)
      done(null, payload)
      return
    }
    const key = senderOf(request)
    const gone = new AbortController()
    let answered = false
    let entered = false
    const leave = (): void => {
      if (entered) admission.leave(key, bytes)
      entered = false
    }
    finished(reply.raw, () => {
      answered = true
      gone.abort()
    })
    // Not before whoever works on the body has done: who hangs up and sends again would fill the memory.
    request.leaveAdmission = leave
    admission.enter(key, bytes, gone.signal).then(() => {
      entered = true
      if (answered) leave()
      done(null, payload)
    }, done)
  })
  app.decorateRequest('leaveAdmission', null)
  app.addHook('onSend', (request, _reply, payload, done) => {
    request.leaveAdmission?.()
    done(null, payload)
  })
}

declare module 'fastify' {
  interface FastifyInstance {
    admission: Admission
  }
  interface FastifyRequest {
    leaveAdmission: (() => void) | null
  }
}

function senderOf (request: FastifyRequest): string {
  const { principal, dataSet } = request
  if (principal?.kind === 'source') return `source ${principal.source.id}`
  return dataSet?.id === undefined ? clientOf(request) : `data set ${dataSet.id}`
}

// Of a body in chunks nobody knows how long it will be: as long as the route takes.
function expectedBytes ({ headers, is404, routeOptions: { bodyLimit } }: FastifyRequest): number {
  if (is404) return 0
  const length = headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : bodyLimit
  return Math.min(codingOf(headers) === 'gzip' ? unpackedBytes(length) : length, bodyLimit)
}
