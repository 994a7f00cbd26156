import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import type { Drawer } from '../../charts/drawer.ts'
import type { Source } from '../../charts/words.ts'
import { localDay } from '../../domain/calendar.ts'
import { addLinks, withParameter } from '../formats/paging.ts'
import { SVG_TYPE } from '../schemas/charts.ts'
import { ATTRIBUTION, LICENCE } from '../schemas/common.ts'
import { selfOf } from './base-address.ts'
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

/** What an endpoint that draws begins with. */
export function beginImage ({ catalogue, clock, ...reading }: Drawing, request: FastifyRequest, reply: FastifyReply) {
  void reply.headers(HEADERS)
  addLinks(reply, `<${figuresOf(selfOf(request))}>; rel="alternate"; type="application/json"`)
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
  const isComparison = url.includes('/comparison')
  return ['width', 'height', ...isComparison ? ['top'] : []].reduce(
    (address, name) => withParameter(address, name, undefined), url.replace(/\.svg\/?(?=\?|$)/, '')
  )
}
