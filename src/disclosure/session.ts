import type pg from 'pg'
import { inSnapshot } from '../postgres/snapshot.ts'
import type { Plans } from './area-plans.ts'

/** Decides what somebody sees. */
export interface Viewer {
  /** Viewers with one name see the same, so they share cached answers. */
  name: string
  /** Whether they see everything of an authority: the operator, or a token with `unsuppressed` of its own. */
  seesAll: (authorityId: number) => boolean
}

/** What every read of figures needs: a viewer, and connections to read with. */
export interface Session {
  viewer: Viewer
  pool: pg.Pool
  /** The pool, or one of its connections where everything has to be read at one state of the data. */
  client: pg.Pool | pg.ClientBase
  plans: Plans
}

/**
 * Reads figures and what may be published of them at one state of the data, where anything may have to be suppressed.
 * Otherwise a count could show that was committed just after the plan was made (ADR 29).
 */
export async function atOneState<T> (
  session: Session, maySuppress: boolean, read: (session: Session) => Promise<T>
): Promise<T> {
  return maySuppress
    ? await inSnapshot(session.pool, async (client) => await read({ ...session, client }))
    : await read(session)
}
