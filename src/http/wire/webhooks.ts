import type { Static } from 'typebox'
import type { Directory } from '../../catalogue/directory.ts'
import type { Delivery, Sending, Webhook } from '../../webhooks/store/webhooks.ts'
import type { WebhookDelivery, WebhookView } from '../schemas/webhooks.ts'

const instant = (at: Date | null | undefined): string | null => at?.toISOString() ?? null

export function webhookToWire (
  { authorityById, serviceById }: Directory, webhook: Webhook, sending: Sending | undefined
): Static<typeof WebhookView> {
  const { name, url, types, authorities, services, enabled, note, failingSince, dropped } = webhook
  return {
    name,
    url,
    events: types,
    authorities: authorities?.flatMap((id) => authorityById.get(id)?.slug ?? []) ?? null,
    services: services?.flatMap((id) => serviceById.get(id)?.slug ?? []) ?? null,
    enabled,
    note,
    failing_since: instant(failingSince),
    last_delivered_at: instant(sending?.deliveredAt),
    last_error: sending?.error ?? null,
    waiting: sending?.waiting ?? 0,
    next_try_at: enabled ? instant(sending?.nextAt) : null,
    dropped,
    created_at: webhook.createdAt.toISOString(),
    updated_at: webhook.updatedAt.toISOString()
  }
}

export function deliveryToWire (delivery: Delivery): Static<typeof WebhookDelivery> {
  const { id, type, madeAt, tries, triedAt, deliveredAt, status, error, nextAt } = delivery
  return {
    id,
    type,
    made_at: madeAt.toISOString(),
    state: deliveredAt !== null ? 'delivered' : nextAt === null ? 'failed' : 'waiting',
    tries,
    tried_at: instant(triedAt),
    delivered_at: instant(deliveredAt),
    status,
    error,
    next_try_at: instant(nextAt)
  }
}
