import { personalDataIn } from '../domain/personal-data.ts'
import { mapInSlices, type Slices } from '../domain/slices.ts'
import { ROW_ERRORS_LISTED, type RowError } from '../errors.ts'
import { toStorable } from '../json/storable.ts'
import type { RowCheck } from './check-schema.ts'
import type { SentRows } from './read-rows.ts'
import { refusePersonalData } from './refuse-personal-data.ts'

/** A row that may be stored, with its place in the batch. */
export interface CheckedRow<Row> { index: number, row: Row }

/** The fields in which a sender may write what they like. */
export interface FreeText { id?: string, note?: string }

/** How rows of one kind are checked. */
export interface RowKind<Sent extends FreeText, Row> {
  /** What a row is, in messages: "an event". */
  what: string
  check: RowCheck<Sent>
  /** The field of free text; every other one of a row that resolves is a closed word or a number. */
  freeText: keyof FreeText
  /** The row to store, or everything that is wrong with it. */
  resolve: (row: Sent, index: number) => Row | RowError[]
}

/** So many errors of a batch are explained where its refused rows are kept: five a row, of the most rows there are. */
const MOST_EXPLAINED = 50_000

/**
 * Checks and resolves rows, in slices; each that is not taken has an error. `explained`: whether errors are read beyond
 * those that an answer lists.
 */
export async function checkRows<Sent extends FreeText, Row extends object> (
  { what, check, freeText, resolve }: RowKind<Sent, Row>, { rows, unreadable, locate = (pointer) => pointer }: SentRows,
  slices: Slices, explained = false
): Promise<{ rows: Array<CheckedRow<Row>>, errors: RowError[] }> {
  const most = explained ? MOST_EXPLAINED : ROW_ERRORS_LISTED
  const good: Array<CheckedRow<Row>> = []
  const errors: RowError[] = []
  // Whatever the reason: a row that is not taken is never without an error, or a strict batch would be stored without
  // it.
  const formless = (index: number): RowError => ({
    index,
    pointer: '',
    code: 'invalid-value',
    detail: `The row does not have the form of ${what}.`
  })
  const refuse = (index: number, found: RowError[]): void => {
    errors.push(...(found.length > 0 ? found : [formless(index)]))
  }
  const unreadableAt = new Set(unreadable.map(({ index }) => index))
  for (let index = 0; index < rows.length; index++) {
    if (unreadableAt.has(index)) continue
    if (slices.over) await slices.pause()
    const row = rows[index]
    if (!check.fits(row)) {
      const personal = refusePersonalData(row, index)
      if (personal !== undefined) errors.push(personal)
      // Explaining costs far more than checking: past what is read of it, a count is enough.
      else refuse(index, errors.length < most ? check.explain(row, index) : [])
      continue
    }
    const resolved = resolve(row, index)
    // Whatever is wrong with a row could repeat a value; one that is right is free to say what it likes in one field
    // alone.
    const personal = Array.isArray(resolved) || isPersonal(row[freeText]) ? refusePersonalData(row, index) : undefined
    if (personal !== undefined) errors.push(personal)
    else if (Array.isArray(resolved)) refuse(index, resolved)
    else good.push({ index, row: resolved })
  }
  // What nobody reads stays as it is: to read why a name was not taken is to look for the nearest one.
  const changeRead = async (all: RowError[], change: (error: RowError) => RowError): Promise<RowError[]> =>
    await mapInSlices(all, (error, i) => i < most ? change(error) : error, slices)
  const located = await changeRead(errors, (error) => ({ ...error, pointer: locate(error.pointer, error.index) }))
  const sorted = [...unreadable, ...located].sort((a, b) => a.index - b.index)
  return { rows: good, errors: await changeRead(sorted, storable) }
}

/** A name or a value that is repeated may be megabytes long. */
const [LONGEST_POINTER, LONGEST_DETAIL] = [500, 1000]

// Errors are stored with the receipt, and repeat names and values as they were sent.
const storable = ({ pointer, detail, ...error }: RowError): RowError => ({
  ...error,
  pointer: pointer.length > LONGEST_POINTER ? '' : toStorable(pointer),
  detail: detail.length > LONGEST_DETAIL ? `${toStorable(detail.slice(0, LONGEST_DETAIL))}…` : toStorable(detail)
})

const isPersonal = (text: string | undefined): boolean => text !== undefined && personalDataIn(text) !== undefined
