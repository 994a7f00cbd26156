import { Type } from 'typebox'
import { MESSAGE_TYPES } from '../../outbox/message.ts'
import { Nullable } from './common.ts'

const instant = Type.String({ format: 'date-time' })
const NullableInstant = (description: string) => Nullable(Type.String({ format: 'date-time' }), { description })

export const WebhookName = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,59}$', description: 'Name of the webhook.', examples: ['solihull-alerts']
})

const settings = {
  url: Type.String({
    minLength: 1,
    maxLength: 2000,
    description:
      'Where messages are sent by POST: an https address of the internet, or of a network that the operator allows.',
    examples: ['https://alerts.solihull.example/lpp']
  }),
  events: Type.Array(Type.Enum([...MESSAGE_TYPES]), {
    minItems: 1,
    maxItems: MESSAGE_TYPES.length,
    description:
      'What it is told of. feed.late, feed.recovered: a feed is late, or in time again. batch.refused: rows of a ' +
        'source were refused, once an hour at most. target.missed: the value of a complete period misses its target. ' +
        'release.made: figures of wards and streets were released.',
    examples: [['feed.late', 'feed.recovered', 'batch.refused']]
  }),
  authorities: Nullable(Type.Array(Type.String({ maxLength: 120 }), { minItems: 1, maxItems: 500 }), {
    description: 'Of which authorities; left out or null: of all that you govern, of the operator all.',
    examples: [['solihull']]
  }),
  services: Nullable(Type.Array(Type.String({ maxLength: 120 }), { minItems: 1, maxItems: 500 }), {
    description: 'Of which services; left out or null: of all.', examples: [['report-missed-bin']]
  }),
  enabled: Type.Boolean({ description: 'false: nothing is sent, and nothing kept to be sent.', examples: [true] })
}

export const WebhookBody = Type.Object({
  url: settings.url,
  events: settings.events,
  authorities: Type.Optional(settings.authorities),
  services: Type.Optional(settings.services),
  enabled: Type.Optional(settings.enabled)
}, {
  $id: 'WebhookSettings',
  additionalProperties: false,
  description: 'Who is told of what.',
  examples: [{
    url: 'https://alerts.solihull.example/lpp', events: ['feed.late', 'feed.recovered'], authorities: ['solihull']
  }]
})

export const WebhookView = Type.Object({
  name: WebhookName,
  ...settings,
  note: Nullable(Type.String(), { description: 'Why the service turned it off by itself.', examples: [null] }),
  failing_since: NullableInstant('Since when nothing was taken; null: the last try was.'),
  last_delivered_at: NullableInstant('When a message was taken last.'),
  last_error: Nullable(Type.String(), { description: 'Of the last message that was not taken.', examples: [null] }),
  waiting: Type.Integer({ description: 'Messages that are to be sent still, 1000 at most.', examples: [0] }),
  next_try_at: NullableInstant('When the next of them is sent.'),
  dropped: Type.Integer({ description: 'Messages for which there was no room.', examples: [0] }),
  secret: Type.Optional(Type.String({
    description: 'What messages are signed with, shown this once: when the webhook is made.', examples: ['whsec_…']
  })),
  created_at: instant,
  updated_at: instant
}, { $id: 'Webhook', description: 'A receiver of messages.' })

export const WebhookSecret = Type.Object({
  secret: Type.String({ description: 'Shown this once.', examples: ['whsec_…'] }),
  earlier_until: NullableInstant('Until then messages are signed with the secret before as well.')
}, { $id: 'WebhookSecret', description: 'A new secret of a webhook.' })

export const WebhookDelivery = Type.Object({
  id: Type.String({ description: 'The webhook-id of every try.', examples: ['msg_p5jXN8AQM9LWM0D4loKWxJek'] }),
  type: Type.String({ examples: ['feed.late'] }),
  made_at: instant,
  state: Type.Enum(['waiting', 'delivered', 'failed'], { examples: ['delivered'] }),
  tries: Type.Integer({ examples: [1] }),
  tried_at: NullableInstant('When it was tried last.'),
  delivered_at: NullableInstant('When it was taken.'),
  status: Nullable(Type.Integer(), { description: 'Of the last answer; null: there was none.', examples: [204] }),
  error: Nullable(Type.String(), { description: 'Why it was not taken.', examples: [null] }),
  next_try_at: NullableInstant('null: it is not tried again.')
}, { $id: 'WebhookDelivery', description: 'What became of a message.' })

export const WEBHOOK_SCHEMAS = [WebhookBody, WebhookView, WebhookSecret, WebhookDelivery]
