/**
 * What a spreadsheet would run as a formula, at the start of any line of a cell: some programs take a cell of several
 * lines apart, or pass over blanks before it.
 */
const FORMULA = String.raw`(?='*(?:(?:[^\S\r\n]|\0)*[=+\-@＝＋－＠]|\t|\r(?!\n)))`
const LINE_START = String.raw`(?<=^|[\r\n])`
const ARMED = new RegExp(`${LINE_START}${FORMULA}`, 'g')
const DISARMED = new RegExp(`${LINE_START}'${FORMULA}`, 'g')
/** A plain number runs nothing, and stays a number. */
const NUMBER = /^[-+]?\d[\d,]*(?:\.\d+)?%?$/

/** A text as a cell that no spreadsheet runs: an apostrophe stands before what it would take for a formula. */
export const disarmed = (text: string): string => NUMBER.test(text) ? text : text.replace(ARMED, "'")

/** The text of a cell that `disarmed` made. */
export const rearmed = (cell: string): string => cell.replace(DISARMED, '')
