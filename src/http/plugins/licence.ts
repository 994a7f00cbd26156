import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { addLinks } from '../formats/paging.ts'
import { LICENCE_URL, Licensed, licensed } from '../schemas/common.ts'
import type { Permission } from './permission.ts'

/** Whose answers are what they sent themselves. */
const SENDERS: ReadonlySet<Permission> = new Set(['source', 'source-or-administrator', 'data-set'])

/** For the `Link` header of what is licensed. */
export const LICENCE_LINK = `<${LICENCE_URL}>; rel="license"`

/**
 * Every answer that shows the catalogue names its licence. CSV has no room for it: a `Link` header says it (RFC 8288),
 * as it does of an image, whose words a program does not read.
 * One thing that is read (a response that is a component of the contract) has it added here; lists, series and what is
 * made by hand bring their own. Before the routes of `app`.
 */
export function nameLicence (app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (/^(?:text\/csv|image\/svg)/.test(String(reply.getHeader('content-type')))) {
      addLinks(reply, LICENCE_LINK)
    }
    done(null, payload)
  })

  app.addHook('onRoute', function (route) {
    const { response } = route.schema ?? {}
    const one = (response as Record<number, { $ref?: string }> | undefined)?.[200]
    const permission = route.config?.permission ?? 'data-set'
    if (route.method === 'PUT' || route.method === 'POST' || SENDERS.has(permission)) return
    // Dashboards and data sets are read back as they were written.
    if (one?.$ref === undefined || route.schema?.tags?.some((tag) => ['dashboards', 'data-sets'].includes(tag))) return
    const { properties } = this.getSchema(one.$ref) as { properties?: object }
    if (properties === undefined || 'licence' in properties) return
    route.schema = { ...route.schema, response: { ...response as object, 200: Licensed(Type.Ref(one.$ref)) } }
    const name = async (_request: unknown, reply: FastifyReply, payload: unknown): Promise<unknown> =>
      reply.statusCode === 200 && typeof payload === 'object' && payload !== null ? licensed(payload) : payload
    route.preSerialization = [route.preSerialization ?? [], name].flat()
  })
}
