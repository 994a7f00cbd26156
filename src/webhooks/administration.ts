import type { BlockList } from 'node:net'
import { changeCatalogue, type CatalogueChange } from '../catalogue/catalogue-change.ts'
import type { Directory } from '../catalogue/directory.ts'
import { known } from '../catalogue/explain.ts'
import { governs, type Principal } from '../catalogue/principal.ts'
import { ProblemError } from '../errors.ts'
import { addressesOf, AddressRefused, checkAddresses } from '../outbox/addresses.ts'
import type { Deliveries } from '../outbox/deliveries.ts'
import { bodyOf, newMessageId, TEST_TYPE, type MessageType } from '../outbox/message.ts'
import { firstSecret, rotated } from '../outbox/secrets.ts'
import {
  deleteWebhook, insertTest, insertWebhook, readDeliveries, readWebhooks, saveSecrets, updateWebhook, type Delivery,
  type Webhook, type WebhookSettings
} from './store/webhooks.ts'

export interface WebhookInput {
  url: string
  events: MessageType[]
  authorities?: string[] | null
  services?: string[] | null
  enabled?: boolean
}

/** Webhooks of an authority, and those that are the operator's own. */
const MOST_OF_ONE = 20
const MOST_OF_OPERATOR = 100

type Reading = Pick<CatalogueChange, 'db' | 'principal'>

/** Whether somebody may see and change a webhook: the operator any, others those of authorities that they govern. */
function mayManage (principal: Principal, { authorities }: Pick<Webhook, 'authorities'>): boolean {
  if (principal.kind === 'operator') return true
  return authorities !== null && authorities.every((id) => governs(principal, id))
}

export async function webhooksOf ({ db, principal }: Reading): Promise<Webhook[]> {
  return (await readWebhooks(db)).filter((webhook) => mayManage(principal, webhook))
}

/** Throws `ProblemError` where there is none, or it is not theirs to see. */
export async function findWebhook ({ db, principal }: Reading, name: string): Promise<Webhook> {
  const [webhook] = await readWebhooks(db, name)
  if (webhook !== undefined && mayManage(principal, webhook)) return webhook
  throw new ProblemError('not-found', `There is no webhook ${name} of yours; create it with PUT /v1/webhooks/${name}.`)
}

/**
 * Creates a webhook, or replaces its settings: `secret` is shown where it is new. Throws `ProblemError` for names that
 * are not known, addresses that are not sent to, and authorities that are not theirs.
 */
export async function saveWebhook (
  change: CatalogueChange, networks: BlockList, name: string, input: WebhookInput
): Promise<{ webhook: Webhook, secret: string | undefined }> {
  const settings = settingsOf(change, name, input)
  await checkUrl(input.url, networks)
  const all = await readWebhooks(change.db)
  const before = all.find((one) => one.name === name)
  if (before !== undefined && !mayManage(change.principal, before)) {
    throw new ProblemError('forbidden', `The webhook ${name} is somebody else’s: choose another name.`)
  }
  keepRoom(change.catalogue.directory, all.filter((one) => one !== before), settings)
  const secrets = before?.secrets ?? firstSecret()
  await changeCatalogue(change, entryOf('put-webhook', settings, { ...input, url: new URL(input.url).origin }),
    async (trx, at) => {
      if (before === undefined) await insertWebhook(trx, settings, secrets, at)
      else if (!await updateWebhook(trx, before.id, settings, at)) throw changedMeanwhile(name)
    }).catch((error: unknown) => {
    throw isNameTaken(error) ? changedMeanwhile(name) : error
  })
  return { webhook: await findWebhook(change, name), secret: before === undefined ? secrets[0]?.secret : undefined }
}

function settingsOf (
  { catalogue: { directory }, principal }: CatalogueChange, name: string, input: WebhookInput
): WebhookSettings {
  const named = input.authorities?.map((one) => known(directory.authority(one), 'unknown-authority', 'authority'))
  const foreign = named?.find(({ id }) => !governs(principal, id))
  if (foreign !== undefined) {
    throw new ProblemError('forbidden', `Only the operator and administrators of ${foreign.slug} are told of it.`)
  }
  const own = principal.kind === 'administrator' ? [...principal.authorities] : null
  const services = input.services?.map((one) => known(directory.service(one), 'unknown-service', 'service').id)
  return {
    name,
    url: input.url,
    types: [...new Set(input.events)],
    authorities: named === undefined ? own : [...new Set(named.map(({ id }) => id))],
    services: services === undefined ? null : [...new Set(services)],
    enabled: input.enabled ?? true
  }
}

/** Names are looked up when a message is sent; what an address itself says is told at once. */
async function checkUrl (text: string, networks: BlockList): Promise<void> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new ProblemError('invalid-request', 'body/url must be an https address without a user and a password.')
  }
  const isName = /[a-z]/i.test(url.hostname) && !url.hostname.startsWith('[') && url.hostname !== 'localhost'
  if (isName && url.protocol === 'https:') return
  try {
    checkAddresses(url, await addressesOf(url).catch(() => []), networks)
  } catch (error) {
    if (error instanceof AddressRefused) throw new ProblemError('invalid-request', `body/url: ${error.message}.`)
    throw error
  }
}

function keepRoom (directory: Directory, others: readonly Webhook[], { authorities }: WebhookSettings): void {
  const full = authorities?.find((id) =>
    others.filter((one) => one.authorities?.includes(id) === true).length >= MOST_OF_ONE)
  const isOperators = authorities === null &&
    others.filter((one) => one.authorities === null).length >= MOST_OF_OPERATOR
  if (full === undefined && !isOperators) return
  const whose = full === undefined ? 'The operator' : directory.authorityById.get(full)?.slug ?? 'The authority'
  throw new ProblemError(
    'quota-exceeded',
    `${whose} has ${full === undefined ? MOST_OF_OPERATOR : MOST_OF_ONE} webhooks, which is all there is room for. ` +
      'Remove one that is not needed, or let one be for several services.'
  )
}

/** Makes a new secret; earlier ones sign beside it for a day. The secret is in this answer and in no other. */
export async function rotateSecret (
  change: CatalogueChange, name: string
): Promise<{ secret: string, earlierUntil: string | null }> {
  const webhook = await findWebhook(change, name)
  const secrets = rotated(webhook.secrets, change.clock())
  await changeCatalogue(change, entryOf('rotate-webhook-secret', webhook, {}), async (trx, at) => {
    if (!await saveSecrets(trx, webhook.id, secrets, at)) throw changedMeanwhile(name)
  })
  return { secret: secrets[0]?.secret ?? '', earlierUntil: secrets[1]?.until ?? null }
}

/** What waits for it is not sent any more. Throws `ProblemError` (not-found). */
export async function removeWebhook (change: CatalogueChange, name: string): Promise<void> {
  const webhook = await findWebhook(change, name)
  await changeCatalogue(change, entryOf('delete-webhook', webhook, {}), async (trx) => {
    if (!await deleteWebhook(trx, webhook.id)) throw changedMeanwhile(name)
  })
}

/** Sends a message now, also where the webhook is off, and once. */
export async function testWebhook (
  { db, principal, clock }: Reading & { clock: () => number }, deliveries: Deliveries, name: string
): Promise<Delivery> {
  const { id: webhookId, url, secrets } = await findWebhook({ db, principal }, name)
  const at = new Date(clock())
  const body = bodyOf({ type: TEST_TYPE, at, data: { webhook: name } })
  const message = { id: newMessageId(), type: TEST_TYPE, body }
  const { status, error } = await deliveries.try({ ...message, url, secrets })
  await insertTest(db, webhookId, { ...message, at, status, error })
  const deliveredAt = error === null ? at : null
  return { ...message, madeAt: at, tries: 1, triedAt: at, deliveredAt, status, error, nextAt: null }
}

export async function deliveriesOf (reading: Reading, name: string): Promise<Delivery[]> {
  return await readDeliveries(reading.db, (await findWebhook(reading, name)).id)
}

// Of one authority: its administrators read that in the audit trail.
const entryOf = (action: string, { name, authorities }: Pick<Webhook, 'name' | 'authorities'>, detail: object) => ({
  action, subject: name, detail, authorityId: authorities?.length === 1 ? authorities[0] ?? null : null
})

const changedMeanwhile = (name: string): ProblemError =>
  new ProblemError('changed-meanwhile', `The webhook ${name} was changed meanwhile: read it again.`)

const isNameTaken = (error: unknown): boolean =>
  (error as { constraint?: string }).constraint === 'webhook_name_key'
