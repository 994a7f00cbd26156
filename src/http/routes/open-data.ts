import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerer, JSON_LD, REPRESENTATIONS, TURTLE, type OpenDataOptions } from '../plugins/catalogue-pages.ts'
import { problems, UNCHANGED } from '../schemas/common.ts'
import { CataloguePageParameters } from '../schemas/open-data.ts'

const common = {
  tags: ['open-data'],
  querystring: CataloguePageParameters,
  response: {
    304: { description: UNCHANGED, type: 'null' },
    ...problems('unknown-authority', 'unknown-service', 'not-found')
  }
}
const ABOUT =
  'A data set for each authority and service that has published figures, 100 a page; an answer that takes long to ' +
    'make may be some seconds old.'
const LINKED = { schema: { $ref: 'LinkedCatalogue#' } }
const AS_TURTLE = { schema: { type: 'string', examples: ['<#catalogue> a <http://www.w3.org/ns/dcat#Catalog>.'] } }

/** The catalogue of data sets in DCAT-AP, below /v1. */
export const catalogueRoutes: FastifyPluginAsyncTypebox<OpenDataOptions> = async (app, options) => {
  const answer = answerer(options)

  app.get('/catalogue', {
    config: { permission: 'public' },
    schema: {
      ...common,
      operationId: 'readCatalogue',
      summary: 'The catalogue of data sets, as the Accept header asks for it',
      description: `DCAT-AP 3 as JSON-LD or Turtle. ${ABOUT}`,
      response: {
        200: { description: 'A page of the catalogue.', content: { [JSON_LD]: LINKED, [TURTLE]: AS_TURTLE } },
        ...common.response,
        ...problems('not-acceptable')
      }
    }
  }, async (request, reply) => {
    const as = request.answerType === TURTLE ? REPRESENTATIONS.turtle : REPRESENTATIONS.jsonLd
    return await answer(request, reply, as)
  })

  app.get('/catalogue.jsonld', {
    config: { permission: 'public' },
    schema: {
      ...common,
      operationId: 'readCatalogueAsJsonLd',
      summary: 'The catalogue of data sets as DCAT-AP in JSON-LD',
      description: ABOUT,
      response: { 200: { description: 'A page of the catalogue.', content: { [JSON_LD]: LINKED } }, ...common.response }
    }
  }, async (request, reply) => await answer(request, reply, REPRESENTATIONS.jsonLd))

  app.get('/catalogue.ttl', {
    config: { permission: 'public' },
    schema: {
      ...common,
      operationId: 'readCatalogueAsTurtle',
      summary: 'The catalogue of data sets as DCAT-AP in Turtle',
      description: ABOUT,
      response: {
        200: { description: 'A page of the catalogue.', content: { [TURTLE]: AS_TURTLE } }, ...common.response
      }
    }
  }, async (request, reply) => await answer(request, reply, REPRESENTATIONS.turtle))
}

/** The same as `data.json`, where harvesters look for it. */
export const dataJsonRoutes: FastifyPluginAsyncTypebox<OpenDataOptions> = async (app, options) => {
  const answer = answerer(options)

  app.get('/data.json', {
    config: { permission: 'public' },
    schema: {
      ...common,
      operationId: 'readDataJson',
      summary: 'The catalogue of data sets as data.json',
      description: `Project Open Data 1.1, with the fields that data.gov.uk reads. ${ABOUT}`,
      response: {
        200: {
          description: 'A page of the catalogue.', content: { 'application/json': { schema: { $ref: 'DataJson#' } } }
        },
        ...common.response
      }
    }
  }, async (request, reply) => {
    void reply.header('access-control-allow-origin', '*')
    return await answer(request, reply, REPRESENTATIONS.dataJson)
  })
}
