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

  const entryOf = (code: ErrorCode) => ({ code, ...ERRORS[code] })

  app.get('/errors', {
    config: { permission: 'public' },
    schema: {
      operationId: 'listErrors',
      tags: ['catalogue'],
      summary: 'Every error code, what it means and what to do',
      response: { 200: Type.Object({ data: Type.Array(ErrorEntry) }, { description: 'By code.' }), ...problems() }
    }
  }, async () => ({ data: (Object.keys(ERRORS) as ErrorCode[]).sort().map(entryOf) }))

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
    return entryOf(code as ErrorCode)
  })
}
