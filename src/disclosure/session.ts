import type { RequestPool } from '../postgres/scoped.ts'
import type { Audience } from '../domain/publication.ts'
import type { ReleasedReader } from '../releases/reader.ts'

/** Decides what somebody sees. */
export interface Viewer {
  /** Viewers with one name see the same, so they share cached answers. */
  name: string
  /** Whether they see everything of an authority: the operator, or a token with `unsuppressed` of its own. */
  seesAll: (authorityId: number) => boolean
  /** Whether they see what is not published yet, of an authority and (where it is of one) a service. */
  isAmong: (audience: Audience, authorityId: number | null, serviceId: number | null) => boolean
}

/** What every read of figures needs: a viewer, and connections to read with. */
export interface Session {
  viewer: Viewer
  pool: RequestPool
  released: ReleasedReader
}
