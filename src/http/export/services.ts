import type pg from 'pg'
import type { CostlyGate } from '../../cache/costly-gate.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import type { Reading } from '../plugins/session.ts'

/** What exports are given by the app. */
export interface Exporting extends Reading {
  /** The few connections that all exports take together. */
  connections: pg.Pool
  /** Lets in so many exports at once. */
  gate: CostlyGate
  /** Whether anybody else is being answered. */
  isBusy: () => boolean
  catalogue: Catalogue
  clock: () => number
}
