import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import type { Session } from '../disclosure/session.ts'

/** Asks one question; it may rest between two, and throws where the service is told to stop. */
export type Ask = <T>(question: () => Promise<T>) => Promise<T>

/** Whose figures are asked for, as the public asks for them. */
export interface Asked {
  directory: Directory
  session: Session
  authority: Authority
  service: Service
  /** Milliseconds since the epoch, and the local day. */
  now: number
  today: number
  ask: Ask
}
