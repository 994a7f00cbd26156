import type pg from 'pg'
import type { Secret } from '../secrets.ts'

/** A message that this process is to send now. */
export interface Due {
  sequence: number
  id: string
  webhookId: number
  name: string
  type: string
  body: string
  madeAt: Date
  /** This one included. */
  tries: number
  url: string
  secrets: Secret[]
}

/** Of one receiver at a time, so that a slow one takes no more than so many places. */
const OF_ONE = 2

/**
 * Takes messages that are due, for this process alone until `until`: whoever dies meanwhile leaves them to others, who
 * send them under the same id.
 */
export async function takeDue (
  pool: pg.Pool, { now, until, busy, most }: { now: Date, until: Date, busy: readonly number[], most: number }
): Promise<Due[]> {
  const { rows } = await pool.query<Due>(
    `
    WITH due AS (
      SELECT one.sequence FROM webhook CROSS JOIN LATERAL (
        SELECT sequence FROM webhook_message AS m WHERE m.webhook_id = webhook.id AND m.next_at <= $1
        ORDER BY next_at, sequence LIMIT ${OF_ONE} FOR UPDATE SKIP LOCKED
      ) AS one
      WHERE webhook.enabled AND webhook.id <> ALL ($3::int4[]) LIMIT $4
    ),
    taken AS (
      UPDATE webhook_message AS m SET next_at = $2, tries = m.tries + 1, tried_at = $1 FROM due
      WHERE m.sequence = due.sequence RETURNING m.*
    )
    SELECT sequence, taken.id, webhook_id AS "webhookId", type, body, made_at AS "madeAt", tries, name, url, secrets
    FROM taken JOIN webhook ON webhook.id = taken.webhook_id`,
    [now, until, busy, most]
  )
  return rows
}

export async function noteDelivered (
  pool: pg.Pool, { sequence, webhookId }: Due, status: number, at: Date
): Promise<void> {
  await pool.query(
    `
    WITH done AS (
      UPDATE webhook_message SET next_at = NULL, delivered_at = $3, status = $2, error = NULL WHERE sequence = $1
    )
    UPDATE webhook SET failing_since = NULL WHERE id = $4 AND failing_since IS NOT NULL`,
    [sequence, status, at, webhookId]
  )
}

export interface Failure {
  at: Date
  status: number | null
  error: string
  /** When to try again; null: never. */
  nextAt: Date | null
  /** Why nothing more is sent there; undefined: go on. */
  stop: string | undefined
}

// Not where another process has tried since: its try is the newer one.
export async function noteFailed (
  pool: pg.Pool, { sequence, tries, webhookId }: Due, { at, status, error, nextAt, stop }: Failure
): Promise<void> {
  await pool.query(
    `
    WITH failed AS (
      UPDATE webhook_message SET next_at = $3, status = $4, error = $5
      WHERE sequence = $1 AND tries = $2 AND delivered_at IS NULL RETURNING 1
    )
    UPDATE webhook SET failing_since = coalesce(failing_since, $6), enabled = enabled AND $7::text IS NULL,
      note = coalesce($7, note)
    WHERE id = $8 AND EXISTS (SELECT FROM failed)`,
    [sequence, tries, nextAt, status, error, at, stop ?? null, webhookId]
  )
}

/** Whether anything was taken there since. */
export async function wasTakenSince (pool: pg.Pool, webhookId: number, at: Date): Promise<boolean> {
  const { rows } = await pool.query(
    'SELECT FROM webhook_message WHERE webhook_id = $1 AND delivered_at >= $2 LIMIT 1', [webhookId, at]
  )
  return rows.length > 0
}

/** Of each webhook the last are kept, and what is still to be sent. */
const KEPT = 500
/** Longer than any period after which the same may be said again. */
const SAID_FOR_DAYS = 800

export async function tidy (pool: pg.Pool, now: Date): Promise<void> {
  await pool.query(
    `
    DELETE FROM webhook_message AS m USING webhook
    WHERE m.webhook_id = webhook.id AND m.next_at IS NULL AND m.sequence <= (
      SELECT sequence FROM webhook_message AS o WHERE o.webhook_id = webhook.id ORDER BY sequence DESC
      OFFSET ${KEPT} LIMIT 1)`
  )
  await pool.query(
    `
    DELETE FROM webhook_said
    WHERE at < $1::timestamptz - interval '${SAID_FOR_DAYS} days' AND key NOT LIKE 'feed.late/%'`,
    [now]
  )
}
