import { stringify } from 'csv-stringify/sync'

type Values = Record<string, unknown>

/**
 * Rows as a body: their columns are the fields of an event, `attributes.reason` one of its attributes. What is null is
 * not given.
 */
export const asNdjson = (rows: Values[]): Buffer =>
  Buffer.from(rows.map((values) => `${JSON.stringify(nested(values))}\n`).join(''))

/** The same as a CSV, for a mapping. */
export const asCsv = (rows: Values[]): Buffer =>
  Buffer.from(stringify(rows, { header: true, cast: { date: (date) => date.toISOString(), boolean: String } }))

function nested (values: Values): Values {
  const row: Values = {}
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined) continue
    const [field = '', inner] = name.split(/\.(.*)/s)
    if (inner === undefined) row[name] = value
    else row[field] = { ...row[field] as Values | undefined, [inner]: value }
  }
  return row
}
