import type { Catalogue } from '../../catalogue/live.ts'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import type { CostlyGate } from '../../cache/costly-gate.ts'
import type { Reading } from '../../http/plugins/session.ts'
import type { Intake } from '../../intake/intake.ts'
import type { Database } from '../../postgres/database.ts'
import type { RequestPool } from '../../postgres/scoped.ts'
import type { Share } from '../../postgres/share.ts'

/** What the app gives to the endpoints of the dialect. */
export interface DialectServices extends Pick<Database, 'db' | 'downloads' | 'probe'> {
  pool: RequestPool
  intake: Intake
  answers: AnswerCache
  /** For what costs much and is not cached. */
  gate: CostlyGate
  /** For downloads, whose readers keep a connection each. */
  downloadGate: CostlyGate
  /** To read figures with: connections of what may cost much, and so may have to wait for one. */
  costly: Reading & { connections: Share }
  catalogue: Catalogue
  clock: () => number
}
