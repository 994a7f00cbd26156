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
 * Under /v1 no text that cannot be kept gets as far as a statement, wherever it stands in an address or in a body that
 * the framework has read. The rows of a batch are read later, each with errors of its own; the old dialect has its own
 * rules.
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

/**
 * Where the first such text is, as the checks by schema name places. No recursion: who sends brackets alone gets no
 * deeper than memory.
 */
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
