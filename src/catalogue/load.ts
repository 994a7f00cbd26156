import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Kysely } from 'kysely'
import {
  authorityIds, isEditionLoaded, notifyCatalogueChanged, recordEdition, replaceProvision, upsertAreas,
  upsertAuthorities, upsertChannels, upsertServices, type ProvisionRow
} from './store/catalogue.ts'
import { POPULATION_YEAR } from '../domain/kpi/population.ts'
import type { Tables } from '../postgres/tables.ts'

const FOLDER = join(import.meta.dirname, 'data')
const FILES = [
  'authorities', 'authority-code-aliases', 'services', 'channels', 'service-provision', 'solihull-wards'
] as const
type Row = Record<string, string>
const POPULATION = `population_${POPULATION_YEAR}`

/** The bus pass services of areas with a passenger transport body are that body's, whatever the tier says. */
const TRANSPORT_BODY_SERVICES = ['renew-older-persons-bus-pass']

/** Loads the shipped catalogue unless this very edition is in the database already. */
export async function loadCatalogue (db: Kysely<Tables>, now: Date): Promise<void> {
  const texts = FILES.map((name) => readFileSync(join(FOLDER, `${name}.csv`), 'utf8'))
  const digest = createHash('sha256').update(texts.join('\0')).digest('hex')
  if (await isEditionLoaded(db, digest)) return
  const [authorities, aliases, services, channels, provision, wards] = texts.map(parseCsv) as [
    Row[], Row[], Row[], Row[], Row[], Row[]
  ]
  await db.transaction().execute(async (trx) => {
    await upsertAuthorities(trx, authorities.map((row) => toAuthority(row, aliases)))
    await upsertServices(trx, services.map(toService))
    await upsertChannels(trx, channels.map(toChannel))
    const ids = await authorityIds(trx)
    await upsertAreas(trx, wards.map((row) => toWard(row, ids)))
    await replaceProvision(trx, toProvision(provision, authorities))
    await recordEdition(trx, digest, now)
    await notifyCatalogueChanged(trx)
  })
}

function parseCsv (text: string): Row[] {
  return parse(text, { columns: true, skip_empty_lines: true }) as unknown as Row[]
}

const orNull = (text: string | undefined): string | null => text === undefined || text === '' ? null : text
const list = (text: string | undefined): string[] => (text ?? '').split(/[\s,]+/).filter((word) => word !== '')

function toAuthority (row: Row, aliases: Row[]) {
  const gss = orNull(row['gss'])
  const former = aliases.filter((alias) => alias['current_gss'] === gss).map((alias) => alias['old_gss'] ?? '')
  return {
    key: gss ?? row['slug'] ?? '',
    slug: row['slug'] ?? '',
    gss,
    name: row['name'] ?? '',
    short_name: row['short_name'] ?? '',
    type: row['type'] ?? '',
    tier: orNull(row['gov_uk_tier']),
    combined_authority_gss: orNull(row['combined_authority_gss']),
    nation: row['nation'] ?? '',
    region: orNull(row['region']),
    population: row[POPULATION] === '' ? null : Number(row[POPULATION]),
    valid_from: orNull(row['valid_from']),
    valid_to: orNull(row['valid_to']),
    replaced_by: list(row['replaced_by']),
    former_gss: [...new Set([...list(row['former_gss']), ...former])],
    covers: list(row['covers']),
    attribution: row['source'] ?? ''
  }
}

function toService (row: Row) {
  return {
    slug: row['slug'] ?? '',
    title: row['title'] ?? '',
    lgsl: Number(row['lgsl']),
    lgil: row['lgil'] === '' ? null : Number(row['lgil']),
    lgsl_label: row['lgsl_label'] ?? '',
    lgil_label: orNull(row['lgil_label']),
    kind: row['kind'] ?? '',
    providing_tier: orNull(row['providing_tier']),
    core: row['core'] === 'yes',
    denominator: orNull(row['denominator']),
    uri: row['uri'] ?? '',
    evidence: row['evidence'] ?? ''
  }
}

function toChannel (row: Row) {
  return {
    slug: row['channel'] ?? '',
    label: row['label'] ?? '',
    digital_class: row['digital_class'] ?? '',
    performance_platform_key: orNull(row['performance_platform_key']),
    aliases: (row['aliases_seen_pipe_separated'] ?? '').split('|').filter((alias) => alias !== ''),
    note: row['note'] ?? ''
  }
}

// The 2026 wards' GSS codes are not published in what we have; they get a code of ours that cannot be taken for one.
function toWard (row: Row, ids: Map<string, number>) {
  const authority = row['authority_slug'] ?? ''
  const code = orNull(row['ward_gss'])
  return {
    authority_id: ids.get(authority) ?? 0,
    code: code ?? `${authority}-${row['slug'] ?? ''}-${(row['valid_from'] ?? '').slice(0, 4)}`,
    provisional_code: code === null,
    kind: 'ward',
    slug: row['slug'] ?? '',
    name: row['name'] ?? '',
    valid_from: orNull(row['valid_from']),
    valid_to: orNull(row['valid_to']),
    note: row['successor_note'] ?? ''
  }
}

function toProvision (rows: Row[], authorities: Row[]): ProvisionRow[] {
  const overrides = new Map<string, ProvisionRow>()
  const add = (row: ProvisionRow): unknown => overrides.set(`${row.authority} ${row.service}`, row)
  const current = authorities.filter((row) => row['current'] === 'true')
  const slugOf = new Map(current.map((row) => [row['gss'], row['slug'] ?? '']))
  for (const body of current.filter((row) => row['type'] === 'passenger-transport-body')) {
    const provider = body['slug'] ?? ''
    const basis = `covered by ${provider}`
    for (const service of TRANSPORT_BODY_SERVICES) {
      add({
        authority: provider,
        service,
        delivers: 'yes',
        provider: null,
        basis: 'issues the passes of the authorities it covers'
      })
      for (const gss of list(body['covers'])) {
        add({ authority: slugOf.get(gss) ?? '', service, delivers: 'via-other-body', provider, basis })
      }
    }
  }
  for (const row of rows) {
    const [authority = '', service = '', provider] = [row['authority_slug'], row['service'], row['provider_slug']]
    const delivers = row['delivers'] as ProvisionRow['delivers']
    add({
      authority,
      service,
      delivers,
      provider: delivers === 'via-other-body' ? orNull(provider) : null,
      basis: row['basis'] ?? ''
    })
  }
  return [...overrides.values()]
}
