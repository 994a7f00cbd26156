import type pg from 'pg'
import { bodyOf, newMessageId, type Message } from '../message.ts'

/** Messages that wait for one receiver: those for which there is no room are counted and dropped. */
export const MOST_WAITING = 1000

/**
 * Puts messages into the outbox of each webhook that is for them, inside the caller's transaction: they are sent if and
 * only if it commits.
 */
export async function queueMessages (client: pg.ClientBase, messages: readonly Message[]): Promise<void> {
  if (messages.length === 0) return
  const rows = messages.map((message, place) => ({
    place,
    id: newMessageId(),
    type: message.type,
    body: bodyOf(message),
    at: message.at,
    authorities: message.authorityIds,
    services: message.serviceIds
  }))
  await client.query(
    `
    WITH message AS (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS
        row(place int, id text, type text, body text, at timestamptz, authorities int2[], services int2[])
    ),
    addressed AS (
      SELECT message.*, webhook.id AS webhook_id, row_number() OVER (PARTITION BY webhook.id ORDER BY place) + (
        SELECT count(*) FROM webhook_message AS one WHERE one.webhook_id = webhook.id AND one.next_at IS NOT NULL
      ) AS waiting
      FROM webhook JOIN message ON webhook.enabled AND message.type = ANY (webhook.types)
        AND (webhook.authorities IS NULL OR webhook.authorities && message.authorities)
        AND (webhook.services IS NULL OR webhook.services && message.services)
    ),
    dropped AS (
      UPDATE webhook SET dropped = webhook.dropped + many.messages
      FROM (SELECT webhook_id, count(*) AS messages FROM addressed WHERE waiting > $2 GROUP BY 1) AS many
      WHERE webhook.id = many.webhook_id
    )
    INSERT INTO webhook_message (id, webhook_id, type, body, made_at, next_at)
    SELECT id, webhook_id, type, body, at, at FROM addressed WHERE waiting <= $2 ORDER BY place, webhook_id`,
    [JSON.stringify(rows), MOST_WAITING]
  )
}

/** Of some things those that were not said before, inside the caller's transaction: each is said once. */
export async function sayOnce (client: pg.ClientBase, keys: readonly string[], at: Date): Promise<Set<string>> {
  const { rows } = await client.query<{ key: string }>(
    `
    INSERT INTO webhook_said (key, at) SELECT key, $2 FROM unnest($1::text[]) AS row(key)
    ON CONFLICT DO NOTHING RETURNING key`,
    [[...new Set(keys)].sort(), at]
  )
  return new Set(rows.map(({ key }) => key))
}

/** What was said under a prefix. */
export async function readSaid (client: pg.ClientBase, prefix: string): Promise<string[]> {
  const { rows } = await client.query<{ key: string }>(
    'SELECT key FROM webhook_said WHERE starts_with(key, $1)', [prefix]
  )
  return rows.map(({ key }) => key)
}

/** It may be said again: those that were there still. */
export async function unsay (client: pg.ClientBase, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ key: string }>(
    'DELETE FROM webhook_said WHERE key = ANY ($1::text[]) RETURNING key', [keys]
  )
  return new Set(rows.map(({ key }) => key))
}
