import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Kysely } from 'kysely'
import type { Tables } from '../postgres/tables.ts'
import { EVERY_SERVICE } from './attribute-directory.ts'
import { upsertAttributes } from './store/settings.ts'

const FILE = join(import.meta.dirname, 'data', 'attributes.csv')

/** An attribute of the shipped file; `service` is a slug or `all`. All are of any day, and public. */
export interface ShippedAttribute {
  service: string
  name: string
  title: string
  description: string | null
  type: 'words' | 'boolean' | 'integer'
  words: string[]
}

export function shippedAttributes (): ShippedAttribute[] {
  const rows = parse<Record<string, string>>(readFileSync(FILE), { columns: true, skip_empty_lines: true })
  return rows.map(({ service = '', name = '', title = '', description = '', type, words = '' }) => ({
    service,
    name,
    title,
    description: description === '' ? null : description,
    type: type as ShippedAttribute['type'],
    words: words === '' ? [] : words.split('|')
  }))
}

const EVER = { minimum: null, maximum: null, valid_from: null, valid_to: null, published: true }

/** Loads the shipped attributes; those that somebody here changed or removed stay as they are. */
export async function loadAttributes (db: Kysely<Tables>): Promise<void> {
  const services = await db.selectFrom('service').select(['id', 'slug']).execute()
  const idOf = new Map(services.map(({ id, slug }) => [slug, id])).set('all', EVERY_SERVICE)
  const rows = shippedAttributes().flatMap(({ service, ...attribute }) => {
    const id = idOf.get(service)
    return id === undefined ? [] : [{ ...attribute, service_id: id, ...EVER }]
  })
  await upsertAttributes(db, rows, { origin: 'shipped' })
}
