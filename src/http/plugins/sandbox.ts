import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Directory, Source } from '../../catalogue/directory.ts'
import type { Catalogue } from '../../catalogue/live.ts'

/** Whether what comes with a request is tried out, and counts nowhere. */
export const isSandboxed = (request: FastifyRequest): boolean => {
  const principal = request.principal ?? request.server.identify(request)
  return principal?.kind === 'source' && principal.sandbox
}

/** The catalogue that a request is read by: with a sandbox's token its own, in which the names mean other places. */
export const directoryFor = (catalogue: Catalogue, request: FastifyRequest): Directory =>
  isSandboxed(request) ? catalogue.sandbox : catalogue.directory

/** The same of a source. */
export const directoryOf = (catalogue: Catalogue, { id }: Pick<Source, 'id'>): Directory =>
  id < 0 ? catalogue.sandbox : catalogue.directory

/** Says in each answer to a sandbox's token that nothing of it counts: it may have got into a system that is live. */
export function tellSandbox (app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.headers.authorization !== undefined && isSandboxed(request)) void reply.header('sandbox', 'true')
    done(null, payload)
  })
}
