import type { BlockList } from 'node:net'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import type { Deliveries } from '../../../outbox/deliveries.ts'
import {
  deliveriesOf, findWebhook, removeWebhook, rotateSecret, saveWebhook, testWebhook, webhooksOf, type WebhookInput
} from '../../../webhooks/administration.ts'
import { readSending, type Webhook } from '../../../webhooks/store/webhooks.ts'
import { principalOf } from '../../plugins/permission.ts'
import { ADMINISTRATOR, BODY, DENIED, problems } from '../../schemas/common.ts'
import { WEBHOOK_SCHEMAS, WebhookName } from '../../schemas/webhooks.ts'
import { deliveryToWire, webhookToWire } from '../../wire/webhooks.ts'

interface Options extends Omit<CatalogueChange, 'principal'> { deliveries: Deliveries, networks: BlockList }

/** Who is told of what happens, for the operator and administrators. */
export const webhookRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { deliveries, networks, ...services }) => {
  for (const schema of WEBHOOK_SCHEMAS) app.addSchema(schema)
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const { db, catalogue, clock } = services
  const toWire = async (webhooks: readonly Webhook[]) => {
    const sending = await readSending(db, webhooks.map(({ id }) => id))
    return webhooks.map((one) => webhookToWire(catalogue.directory, one, sending.get(one.id)))
  }
  const one = async (webhook: Webhook) => (await toWire([webhook]))[0]
  const config = { permission: 'administrator' as const, governed: () => undefined }
  const params = Type.Object({ name: WebhookName })
  const common = { tags: ['feeds'], security: ADMINISTRATOR }
  const found = problems(...DENIED, 'not-found')
  const url = '/webhooks/:name'

  app.get('/webhooks', {
    config,
    schema: {
      ...common,
      operationId: 'listWebhooks',
      summary: 'Who is told of what happens, and how the sending goes',
      description: 'In the order of their names; an administrator sees those of authorities that it governs.',
      response: {
        200: Type.Object({ data: Type.Array(Type.Ref('Webhook')) }, { description: 'Webhooks.' }),
        ...problems(...DENIED)
      }
    }
  }, async (request) => ({ data: await toWire(await webhooksOf(contextOf(request))) }))

  app.put(url, {
    config,
    schema: {
      ...common,
      operationId: 'putWebhook',
      summary: 'Create a webhook or replace its settings',
      description: 'One that the service turned off is on again. The secret is in the answer that creates it alone.',
      params,
      body: Type.Ref('WebhookSettings'),
      response: {
        200: Type.Ref('Webhook'),
        201: Type.Ref('Webhook'),
        ...problems(...DENIED, ...BODY, 'unknown-authority', 'unknown-service', 'changed-meanwhile', 'quota-exceeded')
      }
    }
  }, async (request, reply) => {
    const { params: { name }, body } = request
    const { webhook, secret } = await saveWebhook(contextOf(request), networks, name, body as WebhookInput)
    const answer = { ...await one(webhook), ...(secret !== undefined && { secret }) }
    return reply.code(secret === undefined ? 200 : 201).header('cache-control', 'no-store').send(answer)
  })

  app.get(url, {
    config,
    schema: {
      ...common,
      operationId: 'getWebhook',
      summary: 'A webhook, and how the sending goes',
      params,
      response: { 200: Type.Ref('Webhook'), ...found }
    }
  }, async (request) => await one(await findWebhook(contextOf(request), request.params.name)))

  app.delete(url, {
    config,
    schema: {
      ...common,
      operationId: 'deleteWebhook',
      summary: 'Remove a webhook: what waits for it is not sent',
      params,
      response: {
        204: Type.Null({ description: 'Removed.' }), ...problems(...DENIED, 'not-found', 'changed-meanwhile')
      }
    }
  }, async (request, reply) => {
    await removeWebhook(contextOf(request), request.params.name)
    return reply.code(204).send(null)
  })

  app.post(`${url}/secrets`, {
    config,
    schema: {
      ...common,
      operationId: 'rotateWebhookSecret',
      summary: 'Make a new secret; the one before signs beside it for a day',
      params,
      response: { 201: Type.Ref('WebhookSecret'), ...problems(...DENIED, 'not-found', 'changed-meanwhile') }
    }
  }, async (request, reply) => {
    const { secret, earlierUntil } = await rotateSecret(contextOf(request), request.params.name)
    return reply.code(201).header('cache-control', 'no-store').send({ secret, earlier_until: earlierUntil })
  })

  app.post(`${url}/test`, {
    config,
    schema: {
      ...common,
      operationId: 'testWebhook',
      summary: 'Send a message of the type webhook.test now, once, and see what becomes of it',
      params,
      response: { 200: Type.Ref('WebhookDelivery'), ...found }
    }
  }, async (request) =>
    deliveryToWire(await testWebhook({ ...contextOf(request), clock }, deliveries, request.params.name)))

  app.get(`${url}/deliveries`, {
    config,
    schema: {
      ...common,
      operationId: 'listWebhookDeliveries',
      summary: 'The last hundred messages of a webhook, newest first, and what became of each',
      params,
      response: {
        200: Type.Object({ data: Type.Array(Type.Ref('WebhookDelivery')) }, { description: 'Messages.' }), ...found
      }
    }
  }, async (request) => ({
    data: (await deliveriesOf(contextOf(request), request.params.name)).map(deliveryToWire)
  }))
}
