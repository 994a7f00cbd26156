import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { rootOf, type Page } from '../layout.ts'
import { missingPage } from '../missing.ts'
import { answersOf, NO_SUCH_PAGE } from '../schemas.ts'
import { sendPage } from '../send.ts'
import { INDEX, readGuides, type Guide } from './guide.ts'

const name = Type.String({ minLength: 1, maxLength: 120, examples: ['series'] })

/**
 * The guides of `docs/`. They are read, and what renders and searches them loaded, with the first question: a start
 * need not wait for it.
 */
export const guideRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const guides = once(readGuides)
  const search = once(async () => {
    const { openSearch } = await import('./search.ts')
    return await openSearch([...(await guides()).values()].filter(({ path }) => path !== INDEX))
  })
  const rendered = new Map<string, Page>()

  /** `root` has two values at most: of the address with a slash behind it, and without. */
  const pageOf = async (all: Map<string, Guide>, name: string, root: string): Promise<Page | undefined> => {
    const key = `${name}\n${root}`
    const known = rendered.get(key)
    if (known !== undefined) return known
    const { decisionsPage, guidePage, guidesPage } = await import('./pages.ts')
    const guide = [...all.values()].find((one) => one.name === name && one.path !== INDEX)
    if (guide === undefined && name !== '' && name !== 'adr') return undefined
    const page = guide !== undefined
      ? guidePage(all, guide, root)
      : name === '' ? guidesPage(all, root) : decisionsPage(all, root)
    rendered.set(key, page)
    return page
  }
  const send = async (request: FastifyRequest, reply: FastifyReply, name: string): Promise<FastifyReply> => {
    const root = rootOf(request)
    const page = await pageOf(await guides(), name, root)
    return await sendPage(request, page === undefined ? reply.code(404) : reply, page ?? missingPage(root))
  }

  app.get('/docs/guides', {
    config: { permission: 'public' },
    schema: {
      operationId: 'readGuides',
      tags: ['pages'],
      summary: 'The guides, and a search of them',
      querystring: Type.Object({
        q: Type.String({
          default: '', maxLength: 100, description: 'Words to look for in the guides.', examples: ['late feed']
        })
      }),
      response: answersOf('The list of guides, or what was found in them.')
    }
  }, async (request, reply) => {
    const words = request.query.q.trim()
    if (words === '') return await send(request, reply, '')
    const { foundPage } = await import('./pages.ts')
    const found = (await search())(words)
    return await sendPage(request, reply, foundPage(rootOf(request), words, found))
  })

  app.get('/docs/guides/adr', {
    config: { permission: 'public' },
    schema: {
      operationId: 'readDecisions', tags: ['pages'], summary: 'The list of decisions', response: answersOf('The list.')
    }
  }, async (request, reply) => await send(request, reply, 'adr'))

  app.get('/docs/guides/adr/:name', {
    config: { permission: 'public' },
    schema: {
      operationId: 'readDecision',
      tags: ['pages'],
      summary: 'Why something is as it is',
      params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 120, examples: ['0032-releases'] }) }),
      response: { ...answersOf('A decision.'), ...NO_SUCH_PAGE }
    }
  }, async (request, reply) => await send(request, reply, `adr/${request.params.name}`))

  app.get('/docs/guides/:name', {
    config: { permission: 'public' },
    schema: {
      operationId: 'readGuide',
      tags: ['pages'],
      summary: 'A guide',
      params: Type.Object({ name }),
      response: { ...answersOf('A guide.'), ...NO_SUCH_PAGE }
    }
  }, async (request, reply) => await send(request, reply, request.params.name))
}

/** Does it for the first who asks; what failed is tried again. */
function once<T> (make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return async () => {
    const making = made ??= make()
    making.catch(() => { made = undefined })
    return await making
  }
}
