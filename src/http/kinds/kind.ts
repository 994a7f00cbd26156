import type { Kysely } from 'kysely'
import type { TObject, TSchema } from 'typebox'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import type { Authority, Directory } from '../../catalogue/directory.ts'
import type { ErrorCode, RowError } from '../../errors.ts'
import type { Tables } from '../../postgres/tables.ts'

/**
 * A kind of thing in the catalogue, and all that `routes.ts` needs to list, read, set and remove it.
 *
 * How to add one (channels.ts is the model):
 * 1. Its logic in `src/catalogue/<kind>.ts`: `check`, `write`, `remove`; SQL in `src/catalogue/store/`.
 * 2. `src/http/kinds/<kind>.ts`: a constant of this type. `input` is what may be PUT; each field of it is also a field
 *    of `row`, in the same form, so that what was read can be sent back (what `row` has beyond it is passed over).
 *    Write fields out in `input`: rows are checked one by one, so `Type.Ref` is not resolved. A cell of CSV is read by
 *    the field's type: list of texts `a|b`, true or false, whole number, empty for null; other objects as JSON.
 * 3. A line in `KINDS` of `index.ts`.
 *
 * A field that is left out of a PUT stays as it is, or has its schema's `default` where the row is new; the fields that
 * have one are `Type.Optional`. So `check` and `write` see whole rows.
 */
export interface Kind<Row extends object = object, Input extends object = object> {
  /** Its address below /v1: `/channels`. */
  path: string
  /** For components and operations of the contract: `Channel`, `Channels`. */
  one: string
  many: string
  tag: string
  /** What the list is, for the contract. */
  summary: string
  /** The rest of one row's address: each parameter, and the field of the input that it stands for. */
  address: ReadonlyArray<{ parameter: string, field: string, example: string, description?: string }>
  /** The public row, with `$id`; `...PROVENANCE` (schemas/common.ts) says where it came from. */
  row: TObject
  /** What may be PUT, key included, with `$id`; strict. */
  input: TObject
  /** Rows as they may be sent, for the contract. */
  examples: readonly object[]
  /** Parameters of the list beside `q`, `limit`, `after` and `format`. */
  filters?: Record<string, TSchema>
  /** `administrator`: also administrators of `authorityOf` a row. */
  permission: 'operator' | 'administrator'
  /** What the address may refuse beside the usual: `unknown-authority`. */
  codes?: readonly ErrorCode[]
  /** Operations that another file registers, or that there are not. */
  without?: ReadonlyArray<'list' | 'get' | 'put' | 'putMany' | 'delete'>
  /** Names of operations that another address has already. */
  operationIds?: Partial<Record<'list' | 'get' | 'put' | 'putMany' | 'delete', string>>

  // Methods, so that a kind of some rows is a kind.
  /** The rows that the filters ask for, in any order. Throws `ProblemError` for a name that is not known. */
  rows (directory: Directory, query: Record<string, unknown>): readonly Row[]
  /** Tells a row from all others, and orders the list: what a page ends with, and what the audit trail names. */
  key (row: Row, directory: Directory): string
  /** What `q` looks in. */
  names (row: Row): ReadonlyArray<string | null>
  toWire (row: Row, directory: Directory): object
  /** The row at an address, its parameters as sent; undefined, or `ProblemError`, where there is none. */
  find (directory: Directory, params: Record<string, string>): Row | undefined
  /** Other names for the same thing (a code for a slug) become those that `toWire` shows. Unknown ones stay. */
  canonical? (directory: Directory, input: Input): Input
  /** With another key than the fields of the address: what tells an input from the others of its request. */
  identity? (input: Input): string
  /** The row that an input, checked in form, would change. */
  existing (directory: Directory, input: Input): Row | undefined
  /** Whose row it is: null, where it holds for all authorities and is the operator’s alone. */
  authorityOf? (directory: Directory, input: Input): Authority | null | undefined
  /** Everything wrong with the rows of one request, whose form is right; `index` is the place in `inputs`. */
  check (change: CatalogueChange, inputs: readonly Input[]): RowError[] | Promise<RowError[]>
  /** Stores rows that are right: origin local, changed at `at`, not removed. */
  write (trx: Kysely<Tables>, inputs: readonly Input[], at: Date, directory: Directory): Promise<void>
  /** Throws `ProblemError` where whoever asks may not remove a row, or end it: `from` is its first day without it. */
  guard? (change: CatalogueChange, row: Row, from: string | undefined): Promise<void>
  /** Marks a row as removed. Throws `ProblemError` where something rests on it. */
  remove (trx: Kysely<Tables>, row: Row, at: Date, directory: Directory): Promise<void>
  /** Ends a row: `lastDay` (YYYY-MM-DD) is its last. Left out where rows have no dates. */
  end? (trx: Kysely<Tables>, row: Row, lastDay: string, at: Date, directory: Directory): Promise<void>
}

/** `UnitSaving` as messages say it: "unit saving". */
export const inWords = (name: string): string => name.replaceAll(/(?<!^)([A-Z])/g, ' $1').toLowerCase()

/** And as the audit trail says it: "unit-saving". */
export const hyphenated = (name: string): string => inWords(name).replaceAll(' ', '-')

/** The name of a schema as a component of the contract. */
export const idOf = (schema: TObject): string => (schema as { $id?: string }).$id ?? ''
