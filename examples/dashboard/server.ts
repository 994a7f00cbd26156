import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { html } from 'ghtml'
import { documentOf } from './html.ts'
import { authoritiesPage, authorityPage } from './pages/authorities.ts'
import { comparePage } from './pages/compare.ts'
import { dashboardPage } from './pages/dashboard.ts'
import { pilotPage } from './pages/pilot.ts'
import { savingsOfPage, savingsPage } from './pages/savings.ts'
import { openService, Refused, Unreachable } from './service.ts'
import { visitOf, type Page, type Visit } from './visit.ts'

const STYLES = readFileSync(new URL('styles.css', import.meta.url), 'utf8')
const HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'",
  'x-content-type-options': 'nosniff'
}

/** Names in addresses are slugs or codes of the catalogue. */
const PAGES: ReadonlyArray<[path: RegExp, page: (visit: Visit, ...names: [string, string]) => Promise<Page>]> = [
  [/^\/$/, authoritiesPage],
  [/^\/authorities\/([\w-]+)$/, authorityPage],
  [/^\/authorities\/([\w-]+)\/services\/([\w-]+)$/, dashboardPage],
  [/^\/authorities\/([\w-]+)\/services\/([\w-]+)\/savings$/, savingsOfPage],
  [/^\/compare$/, comparePage],
  [/^\/savings$/, savingsPage],
  [/^\/pilot$/, pilotPage]
]

/** A front end of the service at this address. It keeps nothing: every page asks the service. */
export function createDashboard (serviceUrl: string): Server {
  const api = openService(serviceUrl)
  const answer = async (method = '', url = ''): Promise<{ status: number, type: string, body: string }> => {
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: 'text/plain', body: 'Only GET and HEAD.\n' }
    const visit = visitOf(api, URL.parse(url, 'http://example') ?? new URL('http://example/not-an-address'))
    if (visit.path === '/styles.css') return { status: 200, type: 'text/css', body: STYLES }
    const page = await pageOf(visit).catch(pageOfError)
    return { status: page.status ?? 200, type: 'text/html', body: documentOf(visit, serviceUrl, page) }
  }
  return createServer(({ method, url }, response) => {
    void answer(method, url).then(({ status, type, body }) =>
      response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` }).end(body))
  })
}

async function pageOf (visit: Visit): Promise<Page> {
  for (const [path, page] of PAGES) {
    const [found, first = '', second = ''] = path.exec(visit.path) ?? []
    if (found !== undefined) return await page(visit, first, second)
  }
  return notFound('There is no page at this address.')
}

const notFound = (words: string): Page =>
  ({ status: 404, title: 'Not found', body: html`<p>${words}</p><p><a href="/">Authorities that report</a></p>` })

const LATER = '<p>What you asked for is right. Try again in a minute; if it goes on, tell whoever runs this page.</p>'

/** What went wrong, for whoever reads the page; the rest is for the log. */
function pageOfError (error: unknown): Page {
  const asked = error instanceof Refused ? error.status : undefined
  if (error instanceof Refused && asked === 404) return notFound(error.message)
  if (error instanceof Refused && asked === 400) {
    return { status: 400, title: 'The service does not know what is meant', body: html`<p>${error.message}</p>` }
  }
  if (asked === 429) return { status: 503, title: 'Too many questions at once', body: LATER }
  console.error(error)
  if (error instanceof Unreachable) return { status: 502, title: 'The service cannot be reached', body: LATER }
  return { status: asked === undefined ? 500 : 502, title: 'The figures cannot be shown', body: LATER }
}
