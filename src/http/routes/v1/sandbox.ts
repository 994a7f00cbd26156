import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { ProblemError } from '../../../errors.ts'
import type { Intake } from '../../../intake/intake.ts'
import { emptySandbox, MOST_EMPTIED } from '../../../retention/empty-sandbox.ts'
import { sourceOf } from '../../plugins/permission.ts'
import { isSandboxed } from '../../plugins/sandbox.ts'
import { DENIED, problems, SOURCE } from '../../schemas/common.ts'

const EmptiedSchema = Type.Object({
  events: Type.Integer({ description: 'Events that were removed, with their history.', examples: [1000] }),
  observations: Type.Integer({ description: 'Figures that were removed.', examples: [0] }),
  receipts: Type.Integer({ description: 'Receipts that were removed.', examples: [3] }),
  empty: Type.Boolean({ description: 'False: there is more; send the request again.', examples: [true] })
}, { $id: 'Emptied', description: 'What left a sandbox.' })

/** Where senders try out what they send: with tokens made with `sandbox: true`. */
export const sandboxRoutes: FastifyPluginAsyncTypebox<{ intake: Intake }> = async (app, { intake }) => {
  app.addSchema(EmptiedSchema)
  app.delete('/sandbox', {
    config: { permission: 'source' },
    schema: {
      operationId: 'emptySandbox',
      tags: ['events'],
      summary: 'Remove everything that was sent with the sandbox tokens of this source',
      description:
        `Needs a token made with \`sandbox: true\`. At most ${MOST_EMPTIED} events a request: send it again until ` +
          '`empty` is true.',
      security: SOURCE,
      response: { 200: Type.Ref('Emptied'), ...problems(...DENIED) }
    }
  }, async (request) => {
    if (isSandboxed(request)) return await emptySandbox(intake, sourceOf(request))
    throw new ProblemError(
      'invalid-request', 'No sandbox belongs to this token: what it sent counts, and is voided or erased, not emptied.'
    )
  })
}
