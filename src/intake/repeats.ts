/** How a batch says that what it repeats is meant. */
export interface Repeats {
  /** Other content replaces what is stored, unless that has a higher revision; else it is refused. */
  newest: boolean
  /** The batch is all there is of these days: what is stored of them and not in it is withdrawn. */
  period: ReplacedPeriod | undefined
}

export const REFUSE_REPEATS: Repeats = { newest: false, period: undefined }

/** Local days as days since 1970, both inclusive; names as they were sent, none where they say nothing. */
export interface ReplacedPeriod {
  startOn: number
  endOn: number
  authorities: readonly string[]
  services: readonly string[]
  /** Of events. */
  types: readonly string[]
  /** Of figures. */
  measures: readonly string[]
}

/** Whether a row without a revision is one that says nothing of it, and not the first. */
export const isUnnumbered = ({ newest, period }: Repeats): boolean => newest || period !== undefined
