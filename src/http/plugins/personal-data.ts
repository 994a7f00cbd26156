import type { FastifyInstance } from 'fastify'
import { refusePersonalBody } from '../../ingest/refuse-personal-data.ts'

/** Every body that the framework has read is looked at before anything is said or done about it; rows, as they are read. */
export function registerPersonalDataCheck (app: FastifyInstance): void {
  app.addHook('preValidation', (request, _reply, done) => {
    try {
      if (!request.is404) refusePersonalBody(request.body) // where nothing is done about it, nobody has to show who he is either
      done()
    } catch (error) {
      done(error as Error)
    }
  })
}
