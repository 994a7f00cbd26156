import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../../errors.ts'

/** Under /v1 bodies are read as they come: a compressed one is called so, not bad JSON. The old dialect unpacks its own. */
export function refuseEncodings (app: FastifyInstance): void {
  app.addHook('preParsing', async ({ headers, routeOptions }) => {
    const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
    if (encoding === 'identity' || routeOptions.url?.startsWith('/v1/') !== true) return
    throw new ProblemError('unsupported-media-type', `Content-Encoding ${encoding} is not read here; send the body uncompressed.`)
  })
}
