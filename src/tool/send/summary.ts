import type { Counts, Outcome } from './journal.ts'
import type { Piece } from './pieces.ts'

/** What became of a file. */
export interface Summary {
  file: string
  rows: number
  stored: number
  duplicates: number
  revised: number
  /** Passed over, since what is stored is newer. */
  older: number
  /** Events that were withdrawn, as a period was replaced in which they are no more. */
  voided: number
  refused: number
  /** Neither stored nor refused: what was not sent, or stood beside refused rows where all had to be good. */
  not_sent: number
  receipts: string[]
  seconds: number
  dry_run?: true
  /** Where the refused rows are, with their reasons. */
  refused_file?: string
  /** It was sent in an earlier run, which ended then. */
  already_sent?: string
  /** Why not all was sent. */
  stopped?: string
}

export function summaryOf (
  file: string, pieces: readonly Piece[], outcomes: ReadonlyMap<number, Outcome>, seconds: number
): Summary {
  const all = [...outcomes.values()].sort((a, b) => a.batch - b.batch)
  const sum = (of: (outcome: Outcome) => number): number => all.reduce((total, outcome) => total + of(outcome), 0)
  const received = sum((one) => one.received)
  const unsent = pieces.reduce((total, { number, rows }) => outcomes.has(number) ? total : total + rows, 0)
  const [stored, duplicates, revised, refused] =
    [sum((one) => one.stored), sum((one) => one.duplicates), sum((one) => one.revised), sum((one) => one.rejected)]
  const [older, voided] = [sum((one) => one.older ?? 0), sum((one) => one.voided ?? 0)]
  return {
    file,
    rows: received + unsent,
    stored,
    duplicates,
    revised,
    older,
    voided,
    refused,
    not_sent: unsent + received - stored - duplicates - revised - older - refused,
    receipts: all.flatMap(({ receipt }) => receipt ?? []),
    seconds: Math.round(seconds * 10) / 10
  }
}

/** What a receipt counts, for the journal. */
export const countsOf = (
  { received, stored, duplicates, revised, rejected, older = 0, voided = 0 }: Counts
): Counts => ({
  received, stored, duplicates, revised, rejected, ...(older > 0 && { older }), ...(voided > 0 && { voided })
})

/** Of a file that could not be sent at all. */
export const notSent = (file: string, why: string): Summary =>
  ({ ...summaryOf(file, [], new Map(), 0), stopped: why })

/** 0: all rows are stored, 1: some are not, 2: none is. */
export function exitCodeOf (summaries: readonly Summary[]): 0 | 1 | 2 {
  const isComplete = (one: Summary): boolean => one.refused === 0 && one.not_sent === 0 && one.stopped === undefined
  if (summaries.every(isComplete)) return 0
  const isAnything = ({ stored, duplicates, revised, older, voided }: Summary): boolean =>
    stored + duplicates + revised + older + voided > 0
  return summaries.some(isAnything) ? 1 : 2
}

/** The same for people, in a line or two. */
export function sayOf (one: Summary): string {
  const { file, rows, stored, duplicates, revised, older, voided, refused, not_sent: left, receipts, seconds } = one
  const counts = [
    `${stored} stored`,
    `${duplicates} stored before`,
    ...(revised > 0 ? [`${revised} revised`] : []),
    ...(older > 0 ? [`${older} passed over (what is stored is newer)`] : []),
    ...(voided > 0 ? [`${voided} withdrawn`] : []),
    `${refused} refused`,
    ...(left > 0 ? [`${left} not sent`] : [])
  ].join(', ')
  const named = receipts.length > 2
    ? `receipts ${receipts[0] ?? ''} to ${receipts.at(-1) ?? ''}`
    : `receipt ${receipts.join(', ')}`
  const before = one.already_sent === undefined
    ? `${file}: ${one.dry_run === true ? 'tried, nothing is kept: ' : ''}`
    : `${file}: already sent on ${one.already_sent} (--again sends it once more): `
  if (rows === 0 && one.stopped !== undefined) return `${file}: ${one.stopped}`
  const lines = [
    `${before}${rows} ${rows === 1 ? 'row' : 'rows'}, ${counts}${receipts.length > 0 ? `; ${named}` : ''}` +
      (one.already_sent === undefined ? `; ${seconds} s` : '')
  ]
  if (one.refused_file !== undefined) lines.push(`The refused rows, with the reasons: ${one.refused_file}`)
  if (one.stopped !== undefined) lines.push(one.stopped)
  return lines.join('\n')
}
