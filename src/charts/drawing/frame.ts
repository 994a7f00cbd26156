/** Where a panel draws: pixels from its own left and top, and what they mean. */
export interface Frame {
  left: number
  right: number
  top: number
  bottom: number
  /** Of the axis of values. */
  low: number
  high: number
  periods: number
}
