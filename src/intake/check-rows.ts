import { personalDataIn, personalDataInId } from '../domain/personal-data.ts'
import { mapInSlices, type Slices } from '../domain/slices.ts'
import { ROW_ERRORS_LISTED, type RowError } from '../errors.ts'
import { pointerName } from '../json/json-pointer.ts'
import { toStorable } from '../json/storable.ts'
import type { RowCheck } from './check-schema.ts'
import type { SentRows } from './read-rows.ts'
import { personalErrors } from './refuse-personal-data.ts'

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
  /**
   * The row to store, or everything that is wrong with it. `told`: fields that have not even the form of the row's
   * kind, and are left out; the row is not stored then, and what follows from them is not told.
   */
  resolve: (row: Sent, index: number, told?: ReadonlySet<string>) => Row | RowError[]
}

/** So many errors of a batch are explained where its refused rows are kept: five a row, of the most rows there are. */
const MOST_EXPLAINED = 50_000

/**
 * Checks and resolves rows, in slices; each that is not taken has an error. `explained`: whether errors are read beyond
 * those that an answer lists.
 */
export async function checkRows<Sent extends FreeText, Row extends object> (
  kind: RowKind<Sent, Row>,
  { rows, unreadable, locate = (pointer) => pointer, describe = (error) => error }: SentRows,
  slices: Slices, explained = false
): Promise<{ rows: Array<CheckedRow<Row>>, errors: RowError[] }> {
  const { check, freeText, resolve } = kind
  const most = explained ? MOST_EXPLAINED : ROW_ERRORS_LISTED
  const good: Array<CheckedRow<Row>> = []
  const errors: RowError[] = []
  const unreadableAt = new Set(unreadable.map(({ index }) => index))
  for (let index = 0; index < rows.length; index++) {
    if (unreadableAt.has(index)) continue
    if (slices.over) await slices.pause()
    const sent = rows[index]
    const row = fitting(check, sent)
    if (row === undefined) {
      const tidy = check.tidy?.(sent) ?? sent
      // Explaining costs far more than checking: past what is read of it, a count is enough.
      errors.push(...toldOf(kind, tidy, index, errors.length < most ? explain(kind, tidy, index) : []))
      continue
    }
    const resolved = resolve(row, index)
    if (Array.isArray(resolved)) errors.push(...toldOf(kind, row, index, resolved))
    // One that is right is free to say what it likes in one field alone.
    else if (isPersonal(freeText, row[freeText])) errors.push(...toldOf(kind, row, index, []))
    else good.push({ index, row: resolved })
  }
  // What nobody reads stays as it is: to read why a name was not taken is to look for the nearest one.
  const changeRead = async (all: RowError[], change: (error: RowError) => RowError): Promise<RowError[]> =>
    await mapInSlices(all, (error, i) => i < most ? change(error) : error, slices)
  const located = await changeRead(errors, (error) =>
    describe({ ...error, pointer: locate(error.pointer, error.index) }))
  const sorted = [...unreadable, ...located].sort((a, b) => a.index - b.index)
  return { rows: good, errors: await changeRead(sorted, storable) }
}

/** The row, as it came or as it is meant, if it has the form of its kind. */
function fitting<Sent> (check: RowCheck<Sent>, sent: unknown): Sent | undefined {
  if (check.fits(sent)) return sent
  const tidy = check.tidy?.(sent) ?? sent
  return tidy !== sent && check.fits(tidy) ? tidy : undefined
}

/** What is wrong with the form of a row, and with the names in the fields that have theirs. */
function explain<Sent extends FreeText, Row extends object> (
  { check, resolve }: RowKind<Sent, Row>, row: unknown, index: number
): RowError[] {
  const found = check.explain(row, index)
  if (typeof row !== 'object' || row === null || found.some(({ pointer }) => pointer === '')) return found
  const rest: Record<string, unknown> = { ...row }
  const told = new Set<string>()
  for (const { pointer } of found) {
    const [name = '', member] = pointer.slice(1).split('/').map(pointerName)
    if (member === undefined) {
      told.add(name)
      delete rest[name]
    } else rest[name] = without(rest[name], member)
  }
  const others = resolve(rest as Sent, index, told)
  return Array.isArray(others) ? [...found, ...others] : found
}

const without = (object: unknown, member: string): unknown =>
  Object.fromEntries(Object.entries(object ?? {}).filter(([name]) => name !== member))

/** What is told of a row that is not taken: of a field that may hold a person's data, nothing else. */
function toldOf<Row> (
  { what, freeText }: Pick<RowKind<FreeText, Row>, 'what' | 'freeText'>, row: unknown, index: number, found: RowError[]
): RowError[] {
  // Whatever is wrong with a row could repeat a value.
  const personal = personalErrors(row, index, OPAQUE[freeText])
  const others = found.filter(({ pointer }) => !personal.some((one) => isWithin(pointer, one.pointer)))
  if (personal.length + others.length > 0) return [...personal, ...others]
  // Whatever the reason: a row that is not taken is never without an error, or a strict batch would be stored without
  // it.
  return [{ index, pointer: '', code: 'invalid-value', detail: `The row does not have the form of ${what}.` }]
}

const isWithin = (pointer: string, place: string): boolean => pointer === place || pointer.startsWith(`${place}/`)

/** A name or a value that is repeated may be megabytes long. */
const [LONGEST_POINTER, LONGEST_DETAIL] = [500, 1000]

// Errors are stored with the receipt, and repeat names and values as they were sent.
const storable = ({ pointer, detail, ...error }: RowError): RowError => ({
  ...error,
  pointer: pointer.length > LONGEST_POINTER ? '' : toStorable(pointer),
  detail: detail.length > LONGEST_DETAIL ? `${toStorable(detail.slice(0, LONGEST_DETAIL))}…` : toStorable(detail)
})

/** Ids are the sender's own, and mean nothing here. */
const OPAQUE: Record<keyof FreeText, 'id' | undefined> = { id: 'id', note: undefined }

const isPersonal = (field: keyof FreeText, text: string | undefined): boolean =>
  text !== undefined && (OPAQUE[field] === undefined ? personalDataIn(text) : personalDataInId(text)) !== undefined
