import type { Observation } from '../../../domain/observation.ts'

/** A figure of one delivery in one period: a measure, its value, and what else is said of it. */
export type Figure = Pick<Observation, 'measure' | 'value'> &
  Partial<Pick<Observation, 'channel' | 'ward' | 'note' | 'provisional' | 'revision'>>
