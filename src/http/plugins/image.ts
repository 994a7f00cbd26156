import '@fastify/accepts' // its types: `request.accepts()`
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import type { Drawer } from '../../charts/drawer.ts'
import type { Source } from '../../charts/words.ts'
import { localDay } from '../../domain/calendar.ts'
import { ProblemError } from '../../errors.ts'
import { SVG_TYPE } from '../schemas/charts.ts'
import { ATTRIBUTION, LICENCE } from '../schemas/common.ts'
import { directoryFor } from './sandbox.ts'
import { sessionOf, type Reading } from './session.ts'

/** What every endpoint that draws is given. */
export interface Drawing extends Reading {
  answers: AnswerCache
  catalogue: Catalogue
  clock: () => number
  drawer: Drawer
}

/** Nothing in an image loads or runs anything, whatever a name in it holds; and any page may show it. */
const HEADERS = { 'content-security-policy': "default-src 'none'", 'cross-origin-resource-policy': 'cross-origin' }

/** What an endpoint that draws begins with. Throws `ProblemError` to whoever takes no image. */
export function beginImage ({ catalogue, clock, ...reading }: Drawing, request: FastifyRequest, reply: FastifyReply) {
  void reply.header('vary', 'Accept')
  if (request.accepts().type([SVG_TYPE]) === false) {
    throw new ProblemError(
      'not-acceptable', `This is served as ${SVG_TYPE}; its figures are at the address without .svg.`
    )
  }
  void reply.headers({ ...HEADERS, link: `<${figuresOf(request.url)}>; rel="alternate"; type="application/json"` })
  const directory = directoryFor(catalogue, request)
  const session = sessionOf(reading, request)
  const now = clock()
  const today = localDay(now)
  const isPublic = session.viewer.name === 'public'
  const source: Source = { licence: LICENCE, attribution: ATTRIBUTION, today, isPublic }
  const question = { viewer: session.viewer.name, time: today, catalogue: directory, type: SVG_TYPE }
  return { directory, session, now, source, question }
}

/** Where the figures of an image are. */
function figuresOf (url: string): string {
  const [path = '', query = ''] = url.split('?')
  const parameters = new URLSearchParams(query)
  for (const name of ['width', 'height', ...path.includes('comparison') ? ['top'] : []]) parameters.delete(name)
  return `${path.replace(/\.svg\/?$/, '')}?${parameters.toString()}`
}
