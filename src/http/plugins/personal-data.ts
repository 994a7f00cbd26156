import type { FastifyInstance } from 'fastify'
import { refusePersonalBody } from '../../intake/refuse-personal-data.ts'

/**
 * Every body that the framework has read is looked at before anything is said or done about it; rows, as they are read.
 */
export function registerPersonalDataCheck (app: FastifyInstance): void {
  app.addHook('preValidation', (request, _reply, done) => {
    try {
      refusePersonalBody(request.body)
      done()
    } catch (error) {
      done(error as Error)
    }
  })
}
