import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import type { ReleasedCount, ReleasedYear, ReleaseKey } from './store/releases.ts'
import type { Audit, Audited } from './until-wide.ts'

/** What decisions about an authority's events of a type are made with. */
export interface Deciding {
  client: pg.ClientBase
  directory: Directory
  audit: Audit
  key: ReleaseKey
  secret: Buffer
  /** The local day. */
  today: number
}

/** How much was decided about, and in which audits. */
export interface Size { cells: number, suppressed: number, audits: Array<Audited & { of?: string }> }

/** What a release says of a financial year. */
export interface YearDecided { year: ReleasedYear, counts: ReleasedCount[], decided: Size[] }
