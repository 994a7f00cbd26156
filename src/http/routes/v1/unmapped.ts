import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Catalogue } from '../../../catalogue/live.ts'
import { ownerOf } from '../../../intake/owner.ts'
import { keyOf } from '../../../files/table.ts'
import type { Intake } from '../../../intake/intake.ts'
import { mappingsOf } from '../../../mappings/mappings.ts'
import type { StoredMapping } from '../../../mappings/schema.ts'
import { wordsOf } from '../../../mappings/words.ts'
import { inTransactionWithin, type RequestPool } from '../../../postgres/scoped.ts'
import { deleteWords, readWords } from '../../../quarantine/store/words.ts'
import { stillUnmapped, type IsMapped, type UnmappedWord } from '../../../quarantine/unmapped.ts'
import { sourceAsked } from '../../plugins/permission.ts'
import { directoryOf } from '../../plugins/sandbox.ts'
import { DENIED, listOf, ListOf, problems, SOURCE_OR_ADMINISTRATOR } from '../../schemas/common.ts'

interface Options { intake: Intake, requests: RequestPool, catalogue: Catalogue }

const Params = Type.Object({
  authority: Type.String({
    description: 'Slug or GSS code of the authority that owns the system.', examples: ['solihull']
  }),
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', description: 'Name of the system.', examples: ['bartec'] })
})

/** Words that a source sends and nobody knows, for whoever gives them an alias or a place in a mapping. */
export const unmappedRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { intake, requests, catalogue }) => {
  const url = '/sources/:authority/:name/unmapped'
  const config = { permission: 'source-or-administrator' as const }
  const common = { tags: ['rejections'], security: SOURCE_OR_ADMINISTRATOR, params: Params }
  const refusals = [...DENIED, 'not-found', 'unknown-authority'] as const

  app.get(url, {
    config,
    schema: {
      ...common,
      operationId: 'listUnmappedWords',
      summary: 'Words of a source that are not known yet',
      description:
        'Those of the most rows first; 1,000 at most, those seen longest ago leave first. What has an alias or a ' +
          'place in a mapping by now is left out.',
      response: { 200: ListOf(Type.Ref('UnmappedWord'), 'Words.'), ...problems(...refusals) }
    }
  }, async (request) => {
    const source = sourceAsked(catalogue, request, request.params)
    const words = await readWords(requests.within({ authorityIds: [source.authority_id] }), ownerOf(source))
    const isMapped = hasWord(await mappingsOf(requests, source))
    return listOf(stillUnmapped(directoryOf(catalogue, source), source, words, isMapped).map(wordToWire))
  })

  app.delete(url, {
    config,
    schema: {
      ...common,
      operationId: 'forgetUnmappedWords',
      summary: 'Forget words: all, those of a field, or one',
      querystring: Type.Object({
        field: Type.Optional(Type.String({ maxLength: 100, examples: ['channel'] })),
        word: Type.Optional(Type.String({ maxLength: 100, examples: ['Fone'] }))
      }, { additionalProperties: false }),
      response: {
        204: Type.Null({ description: 'They are gone, until they are sent again.' }), ...problems(...refusals)
      }
    }
  }, async (request, reply) => {
    const source = sourceAsked(catalogue, request, request.params)
    await inTransactionWithin(intake.pool, { authorityIds: [source.authority_id] }, async (client) => {
      await deleteWords(client, ownerOf(source), request.query)
    })
    return reply.code(204).send(null)
  })
}

/** Whether any mapping in force has a word of its own for a field. */
function hasWord (mappings: readonly StoredMapping[]): IsMapped {
  const words = mappings.map(({ body }) =>
    new Map(Object.entries(body.fields).map(([field, one]) => [field, wordsOf(one)])))
  return (field, word) => words.some((fields) => fields.get(field)?.has(keyOf(word)) === true)
}

const wordToWire = ({ field, place, word, rows, firstSeen, lastSeen, suggestion, receiptId }: UnmappedWord) => ({
  field,
  within: place === '' ? null : place,
  word,
  rows,
  first_seen: firstSeen.toISOString(),
  last_seen: lastSeen.toISOString(),
  suggestion: suggestion ?? null,
  receipt: String(receiptId)
})
