import type { FastifyInstance } from 'fastify'
import { isStorable } from '../../json/storable.ts'
import { ProblemError } from '../../errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route looks for such texts itself, with a pointer of its own kind. */
    checksTexts?: boolean
  }
}

/**
 * Refuses, under /v1, texts that Postgres cannot store, in an address or in a body that the framework has read. The
 * rows of a batch are checked later, each with errors of its own; the old dialect has its own rules.
 */
export function refuseUnstorableTexts (app: FastifyInstance): void {
  app.addHook('preValidation', (request, _reply, done) => {
    const { url = '', config } = request.routeOptions
    const [inAddress, inBody] = url.startsWith('/v1/')
      ? [request.params, config.checksTexts === true ? undefined : request.body]
      : []
    const place = placeOfUnstorable(inAddress, 'params') ?? placeOfUnstorable(inBody, 'body')
    done(place === undefined
      ? undefined
      : new ProblemError(
        'invalid-request',
        `${place} holds a NUL character or half of a surrogate pair, which cannot be kept.`
      ))
  })
}

/** The place of the first such text, named as schema errors name places. A loop, because nesting may be any depth. */
function placeOfUnstorable (root: unknown, name: string): string | undefined {
  const waiting: Array<[place: string, value: unknown]> = [[name, root]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [place, value] = next
    if (typeof value === 'string' && !isStorable(value)) return place
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue
    for (const [key, part] of Object.entries(value).reverse()) {
      if (!isStorable(key)) return `a name in ${place}`
      if (typeof part === 'string' || typeof part === 'object') waiting.push([`${place}.${key}`, part])
    }
  }
  return undefined
}
