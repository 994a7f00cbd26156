import type { RowError } from '../errors.ts'
import { isUnknown, type Directory } from './directory.ts'
import { explainUnknown, known } from './explain.ts'

/** The word for every authority or every service in an address; in JSON it is null, in the tables 0. */
export const ALL = 'all'
const EVERY = 0

/** What a setting is for. */
export interface Place { authority?: string | null | undefined, service?: string | null | undefined }

/** Throws `ProblemError` (unknown-authority); 0 for all. */
export function authorityIdOf ({ authority }: Place, directory: Directory): number {
  return authority == null || authority === ALL
    ? EVERY
    : known(directory.authority(authority), 'unknown-authority', 'authority').id
}

/** Throws `ProblemError` (unknown-service); 0 for all. */
export function serviceIdOf ({ service }: Place, directory: Directory): number {
  return service == null || service === ALL ? EVERY : known(directory.service(service), 'unknown-service', 'service').id
}

/** The columns of a setting's place. Throws `ProblemError` for names that are not known. */
export function placeToRow (place: Place, directory: Directory): { authority_id: number, service_id: number } {
  return { authority_id: authorityIdOf(place, directory), service_id: serviceIdOf(place, directory) }
}

/** The place of a setting as it is shown. */
export function placeOf (
  { authority_id, service_id }: { authority_id: number | null, service_id: number | null }, directory: Directory
): { authority: string | null, service: string | null } {
  return {
    authority: directory.authorityById.get(authority_id ?? EVERY)?.slug ?? null,
    service: directory.serviceById.get(service_id ?? EVERY)?.slug ?? null
  }
}

/** The place by the names that are shown; unknown names stay. */
export function canonicalPlace<Input extends Place> (input: Input, directory: Directory): Input {
  const { authority, service } = input
  const slug = (name: string, found: object): string => isUnknown(found) ? name : (found as { slug: string }).slug
  return {
    ...input,
    ...(authority !== undefined && {
      authority: authority === null || authority === ALL ? null : slug(authority, directory.authority(authority))
    }),
    ...(service !== undefined && {
      service: service === null || service === ALL ? null : slug(service, directory.service(service))
    })
  }
}

/** What is wrong with the name of a field of a row, if it was not found. */
export function wrongName (found: object, field: 'authority' | 'service' | 'channel', index: number): RowError[] {
  return isUnknown(found)
    ? [{ index, pointer: `/${field}`, code: `unknown-${field}` as const, detail: explainUnknown(found, field) }]
    : []
}

/** The names of a row's place that are not known. */
export function wrongPlace ({ authority, service }: Place, directory: Directory, index: number): RowError[] {
  return [
    ...authority == null || authority === ALL ? [] : wrongName(directory.authority(authority), 'authority', index),
    ...service == null || service === ALL ? [] : wrongName(directory.service(service), 'service', index)
  ]
}

/** Keeps the rows of a place that is asked for; null, or `all`, asks for what is set for all. */
export function ofPlace<Row extends { authority_id: number | null, service_id: number | null }> (
  rows: readonly Row[], asked: Place, directory: Directory
): Row[] {
  const { authority, service } = asked
  const authorityId = authority === undefined ? undefined : authorityIdOf(asked, directory)
  const serviceId = service === undefined ? undefined : serviceIdOf(asked, directory)
  return rows.filter((row) =>
    (authorityId === undefined || (row.authority_id ?? EVERY) === authorityId) &&
    (serviceId === undefined || (row.service_id ?? EVERY) === serviceId)
  )
}

const indexes = new WeakMap<readonly object[], ReadonlyMap<string, object>>()

/** The row with a key, of rows that are looked up by that key alone: bulk requests look thousands up. */
export function findByKey<Row extends object> (
  rows: readonly Row[], keyOf: (row: Row) => string, key: string
): Row | undefined {
  const index = indexes.get(rows) ?? new Map(rows.map((row) => [keyOf(row), row]))
  indexes.set(rows, index)
  return index.get(key) as Row | undefined
}
