import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { ERRORS, ProblemError, type ErrorCode } from '../../../errors.ts'
import { problems } from '../../schemas/common.ts'

/** What error codes mean, for everybody to read. */
export const errorRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const ErrorEntry = Type.Object({
    code: Type.String({ examples: ['unknown-ward'] }),
    status: Type.Integer({ examples: [404] }),
    title: Type.String({ examples: ['No such ward in this authority on that date'] }),
    fix: Type.String({ examples: ['Use a code from /v1/areas?authority=…'] })
  }, { description: 'A coded error: what it means and what to do.' })

  app.get('/errors/:code', {
    config: { permission: 'public' },
    schema: {
      operationId: 'getError',
      tags: ['catalogue'],
      summary: 'What an error code means (the `type` of a problem leads here)',
      params: Type.Object({ code: Type.String({ examples: ['unknown-ward'] }) }),
      response: { 200: ErrorEntry, ...problems('not-found') }
    }
  }, async ({ params: { code } }) => {
    if (!Object.hasOwn(ERRORS, code)) throw new ProblemError('not-found', `There is no error code ${code}.`)
    return { code, ...ERRORS[code as ErrorCode] }
  })
}
