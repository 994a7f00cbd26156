import type { Status } from '../../domain/status.ts'
import { GREY, PAPER } from './palette.ts'
import type { Sheet } from './sheet.ts'

/** Why there is no value. */
export type Gap = Extract<Status, 'missing' | 'suppressed' | 'not-yet' | 'not-delivered'>
/** What is to be said of a value. */
export type Remark = Extract<Status, 'provisional' | 'partial' | 'revised'>

export const GAPS: Record<Gap, string> = {
  missing: 'Missing: nobody reported, or reports do not cover the period. Not 0.',
  suppressed: 'Suppressed: too small to publish. Not 0.',
  'not-yet': 'Not yet: these figures are not published yet.',
  'not-delivered': 'Not delivered here: by another body, or not at all.'
}
export const REMARKS: Record<Remark, string> = {
  provisional: 'Provisional: the period is still running, or the figure may change.',
  partial: 'Partial: too few days of the period were reported.',
  revised: 'Revised: the figure was corrected.'
}

export const isGap = (status: Status): status is Gap => status in GAPS
export const isRemark = (status: Status): status is Remark => status in REMARKS

const LINES: Record<Gap, string> = {
  missing: 'M-2,2L2,-2M0,8L8,0M6,10L10,6',
  suppressed: 'M-2,2L2,-2M0,8L8,0M6,10L10,6M-2,6L2,10M0,0L8,8M6,-2L10,2',
  'not-yet': 'M1,2h2M5,6h2',
  'not-delivered': 'M0,2h8M0,6h8'
}

/** The hatching of a gap, for `fill`. */
export const hatch = (sheet: Sheet, gap: Gap): string => sheet.pattern(gap, (tile) => {
  sheet.add('rect', { width: 8, height: 8, fill: PAPER }, { parent: tile })
  sheet.add('path', {
    d: LINES[gap], stroke: GREY, 'stroke-width': gap === 'not-yet' ? 2 : 1.2, fill: 'none'
  }, { parent: tile })
})
