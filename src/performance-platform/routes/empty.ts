import type { FastifyInstance } from 'fastify'
import { DataError } from '../data-error.ts'
import { replaceRecords } from '../write/accept.ts'
import { DOCUMENTED } from './documented.ts'
import { NO_CACHE, sendJson } from './respond.ts'
import type { DialectServices } from './services.ts'

/** The config API's endpoint: with the operator token, every record of a data set goes and its configuration stays. */
export function emptyRoute (app: FastifyInstance, services: DialectServices): void {
  app.delete('/data-sets/:name', {
    ...DOCUMENTED.empty, // the operator's token, in the dialect's words
    onRequest: async (request, reply) => {
      if (app.identify(request)?.kind !== 'operator') {
        await app.countFailure(request, reply)
        throw new DataError(401, 'Unauthorized: only the operator token may do this')
      }
      await app.countWrite('operator', reply)
    }
  }, async (request, reply) => {
    const { name } = request.params as { name: string }
    const set = services.catalogue.directory.dataSetNamed(name)
    if (set === undefined) throw new DataError(404, `No data set exists with name ${name}`)
    await replaceRecords(services, set, { bytes: 0, read: async () => [] })
    return await sendJson(request, reply.header('cache-control', NO_CACHE), {
      status: 'ok',
      message: `Deleted the records of ${name}`
    })
  })
}
