import { randomBytes } from 'node:crypto'

/** What webhooks tell. A promise to receivers: add, never rename. */
export const MESSAGE_TYPES = ['feed.late', 'feed.recovered', 'batch.refused', 'target.missed', 'release.made'] as const
export type MessageType = typeof MESSAGE_TYPES[number]
/** Sent when somebody asks for it, whatever a webhook is for. */
export const TEST_TYPE = 'webhook.test'

/** Something that happened. `data` is thin: names and links, nothing of anybody, no count that might be small. */
export interface Message {
  type: MessageType
  at: Date
  /** Whom it is about, and which services. */
  authorityIds: readonly number[]
  serviceIds: readonly number[]
  data: object
}

export const newMessageId = (): string => `msg_${randomBytes(16).toString('base64url')}`

/** The body as it is signed and sent. */
export const bodyOf = ({ type, at, data }: { type: string, at: Date, data: object }): string =>
  JSON.stringify({ type, timestamp: at.toISOString(), data })
