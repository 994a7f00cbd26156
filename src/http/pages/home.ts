import { html } from 'ghtml'
import { localDay, localMinutes } from '../../domain/calendar.ts'
import { NAME, type Page } from './layout.ts'
import type { State } from './state.ts'
import { count, dayInWords, timeInWords } from './words.ts'

interface Home {
  root: string
  /** Where clients reach the service, for addresses to copy. */
  base: string
  state: Pick<State, 'summary' | 'release'>
  now: number
  /** When wards and streets are released every day, as minutes after midnight in London; undefined: not by itself. */
  releaseAt: number | undefined
}

/** Where somebody begins who has sent nothing yet. */
const FIRST_FIGURE = 'docs/guides/first-figure'

/** What this is, how it is, and where to go on. */
export function homePage (home: Home): Page {
  const { root, base, state } = home
  return {
    body: html`<h1 class="govuk-heading-xl">${NAME}</h1>
<p class="govuk-body-l">How councils’ services perform: how often they are used, by which channel, and how well.</p>
<p class="govuk-body">Council systems send what happened. This service keeps every event, and answers with figures that can be compared
across councils, as JSON, CSV and charts. A figure that nobody reported is missing; it is never 0.</p>
!${state.summary.newest === null ? beginning(root) : ''}
<h2 class="govuk-heading-l">What is here now</h2>
!${summary(home)}
<h2 class="govuk-heading-l">Where to go</h2>
<h3 class="govuk-heading-m">Read figures</h3>
<p class="govuk-body">No token is needed. This address lists the services that there are:</p>
!${address(`${base}/v1/services`)}
<ul class="govuk-list govuk-list--bullet">
!${links(root, [
  ['docs/guides/reading', 'How to read figures, and what each status means'],
  ['docs/guides/kpis', 'What the performance indicators mean'],
  ['docs', 'The API reference'],
  ['openapi.yaml', 'The contract, for machines (OpenAPI)'],
  ['data.json', 'The catalogue of open data, for portals (data.json)']
])}
</ul>
<h3 class="govuk-heading-m">Send data</h3>
<p class="govuk-body">A council’s system sends events to this address, with a token from whoever runs the service:</p>
!${address(`${base}/v1/events`)}
<ul class="govuk-list govuk-list--bullet">
!${links(root, [
  ['docs/guides/sending', 'How to send'],
  ['docs/guides/corrections', 'How to correct what was sent'],
  [FIRST_FIGURE, 'Your first figure, in ten minutes']
])}
</ul>
<h3 class="govuk-heading-m">Look at how it is</h3>
<ul class="govuk-list govuk-list--bullet">
!${links(root, [
  ['status', 'What comes in, and what is late'],
  ['docs/guides', 'All guides, to search']
])}
</ul>`
  }
}

const beginning = (root: string): string => html`<div class="govuk-inset-text">
<h2 class="govuk-heading-m">Nothing is published here yet</h2>
<p class="govuk-body">To see it with invented figures, run this where the service was started, and come back:</p>
<pre class="lpp-code"><code>npm run demo</code></pre>
<p class="govuk-body">To send a figure of your own, follow <a class="govuk-link" href="${root}${FIRST_FIGURE}">Your first figure, in ten minutes</a>.</p>
</div>`

function summary ({ root, state: { summary, release }, now, releaseAt }: Home): string {
  const { authorities, services, newest, ofRank: [late = 0, ...others] } = summary
  const feeds = others.reduce((sum, n) => sum + n, late)
  const lines: Array<[what: string, words: string]> = [
    ['Authorities that report', count(authorities, 'authority', 'authorities')],
    ['Services they report on', count(services, 'service')],
    ['Newest day', newest === null ? 'None yet' : html`${dayInWords(newest)}`],
    ['What comes in', feeds === 0
      ? 'Nothing yet'
      : html`${count(feeds, 'feed')}, ${late === 0 ? 'none known to be late' : `${count(late, 'of them', 'of them')} late`}: ` +
        html`<a class="govuk-link" href="${root}status">status</a>`],
    ['Last release of wards and streets', html`${release === null
      ? 'None yet'
      : `${timeInWords(release.madeAt)}: ${release.service}, ${release.authority}, up to ${dayInWords(release.upTo)}`}`],
    ['Next release', html`${releaseAt === undefined ? 'When somebody makes one' : nextRelease(now, releaseAt)}`]
  ]
  return html`<dl class="govuk-summary-list">
!${lines.map(([what, words]) => html`<div class="govuk-summary-list__row">
<dt class="govuk-summary-list__key">${what}</dt><dd class="govuk-summary-list__value">!${words}</dd></div>`)}
</dl>`
}

function nextRelease (now: number, releaseAt: number): string {
  const day = localDay(now) + (localMinutes(now) < releaseAt ? 0 : 1)
  const padded = (n: number): string => String(n).padStart(2, '0')
  return `${dayInWords(day)} at ${padded(Math.floor(releaseAt / 60))}:${padded(releaseAt % 60)}, of what is due by then`
}

const address = (text: string): string => html`<pre class="lpp-code"><code>${text}</code></pre>`

const links = (root: string, all: ReadonlyArray<readonly [address: string, words: string]>): string =>
  all.map(([address, words]) => html`<li><a class="govuk-link" href="${root}${address}">${words}</a></li>`).join('\n')
