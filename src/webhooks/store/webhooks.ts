import { sql, type Kysely } from 'kysely'
import type pg from 'pg'
import type { MessageType } from '../../outbox/message.ts'
import type { Secret } from '../../outbox/secrets.ts'
import type { Tables } from '../../postgres/tables.ts'

/** A receiver of messages. */
export interface Webhook {
  id: number
  name: string
  url: string
  types: MessageType[]
  /** Null: of all, those of the future too. */
  authorities: number[] | null
  services: number[] | null
  enabled: boolean
  secrets: Secret[]
  failingSince: Date | null
  note: string | null
  dropped: number
  createdAt: Date
  updatedAt: Date
}

const SELECTED = sql.raw(`id, name, url, types, authorities, services, enabled, secrets, note, dropped,
  failing_since AS "failingSince", created_at AS "createdAt", updated_at AS "updatedAt"`)

export async function readWebhooks (db: Kysely<Tables>, name?: string): Promise<Webhook[]> {
  const { rows } = await sql<Webhook>`
    SELECT ${SELECTED} FROM webhook WHERE ${name ?? null}::text IS NULL OR name = ${name ?? null} ORDER BY name`
    .execute(db)
  return rows
}

export type WebhookSettings = Pick<Webhook, 'name' | 'url' | 'types' | 'authorities' | 'services' | 'enabled'>

export async function insertWebhook (
  db: Kysely<Tables>, { name, url, types, authorities, services, enabled }: WebhookSettings, secrets: Secret[], at: Date
): Promise<void> {
  await sql`
    INSERT INTO webhook (name, url, types, authorities, services, enabled, secrets, created_at, updated_at)
    VALUES (${name}, ${url}, ${types}, ${authorities}, ${services}, ${enabled}, ${JSON.stringify(secrets)}, ${at},
      ${at})`
    .execute(db)
}

/** Whether it was there still. What stopped it is over. */
export async function updateWebhook (
  db: Kysely<Tables>, id: number, { url, types, authorities, services, enabled }: WebhookSettings, at: Date
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE webhook SET url = ${url}, types = ${types}, authorities = ${authorities}, services = ${services},
      enabled = ${enabled}, note = NULL, failing_since = NULL, updated_at = ${at} WHERE id = ${id}`.execute(db)
  return numAffectedRows > 0n
}

export async function saveSecrets (db: Kysely<Tables>, id: number, secrets: Secret[], at: Date): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE webhook SET secrets = ${JSON.stringify(secrets)}, updated_at = ${at} WHERE id = ${id}`.execute(db)
  return numAffectedRows > 0n
}

export async function deleteWebhook (db: Kysely<Tables>, id: number): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`DELETE FROM webhook WHERE id = ${id}`.execute(db)
  return numAffectedRows > 0n
}

/** What became of a message. */
export interface Delivery {
  id: string
  type: string
  madeAt: Date
  tries: number
  triedAt: Date | null
  deliveredAt: Date | null
  status: number | null
  error: string | null
  nextAt: Date | null
}

const LISTED = 100

/** The last hundred messages of a webhook, newest first. */
export async function readDeliveries (db: Kysely<Tables>, webhookId: number): Promise<Delivery[]> {
  const { rows } = await sql<Delivery>`
    SELECT id, type, made_at AS "madeAt", tries, tried_at AS "triedAt", delivered_at AS "deliveredAt", status, error,
      next_at AS "nextAt"
    FROM webhook_message WHERE webhook_id = ${webhookId} ORDER BY sequence DESC LIMIT ${LISTED}`.execute(db)
  return rows
}

/** How the sending goes; `error` and `status`: of the last try that failed. */
export interface Sending {
  webhookId: number
  waiting: number
  nextAt: Date | null
  deliveredAt: Date | null
  error: string | null
}

export async function readSending (db: Kysely<Tables>, ids: readonly number[]): Promise<Map<number, Sending>> {
  const { rows } = await sql<Sending>`
    SELECT id AS "webhookId", waiting.messages AS waiting, waiting.next AS "nextAt", taken.at AS "deliveredAt",
      failed.error
    FROM webhook
    CROSS JOIN LATERAL (
      SELECT count(*) AS messages, min(next_at) AS next FROM webhook_message
      WHERE webhook_id = webhook.id AND next_at IS NOT NULL
    ) AS waiting
    LEFT JOIN LATERAL (
      SELECT max(delivered_at) AS at FROM webhook_message WHERE webhook_id = webhook.id
    ) AS taken ON true
    LEFT JOIN LATERAL (
      SELECT error FROM webhook_message WHERE webhook_id = webhook.id AND error IS NOT NULL
      ORDER BY tried_at DESC LIMIT 1
    ) AS failed ON true
    WHERE id = ANY (${ids}::int4[])`.execute(db)
  return new Map(rows.map((row) => [row.webhookId, row]))
}

/** A test, which is sent at once and not again. */
export async function insertTest (
  db: Kysely<Tables>, webhookId: number,
  { id, type, body, at, status, error }: { id: string, type: string, body: string, at: Date } &
    Pick<Delivery, 'status' | 'error'>
): Promise<void> {
  await sql`
    INSERT INTO webhook_message (id, webhook_id, type, body, made_at, tries, tried_at, status, error, delivered_at)
    VALUES (${id}, ${webhookId}, ${type}, ${body}, ${at}, 1, ${at}, ${status}, ${error},
      ${error === null ? at : null})`.execute(db)
}

/** Of the webhooks that are on, whom and which services each type of message is asked of; null: of all. */
export async function readAsked (
  client: pg.Pool | pg.ClientBase, type: MessageType
): Promise<Array<Pick<Webhook, 'authorities' | 'services'>>> {
  const { rows } = await client.query<Pick<Webhook, 'authorities' | 'services'>>(
    'SELECT authorities, services FROM webhook WHERE enabled AND $1 = ANY (types)', [type]
  )
  return rows
}
