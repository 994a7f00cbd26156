import { html } from 'ghtml'
import { PERIODS } from './service.ts'
import type { Page, Visit } from './visit.ts'
import { STATES } from './words.ts'

/** The whole document: no script, no cookie, one style sheet. (ghtml escapes ${…}; !${…} is HTML already.) */
export function documentOf ({ to, path }: Pick<Visit, 'to' | 'path'>, serviceUrl: string, page: Page): string {
  const links = [['/', 'Authorities'], ['/compare', 'Compare'], ['/savings', 'Savings'], ['/pilot', 'Pilot']] as const
  return html`<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>${page.title} – Council services: an example</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/styles.css">
</head>
<body>
<a class="skip" href="#main">Skip to main content</a>
<header><p>How council services perform</p><nav aria-label="Pages"><ul>!${links.map(([address, words]) =>
  html`<li><a href="${to(address)}"!${address === path ? ' aria-current="page"' : ''}>${words}</a></li>`)}</ul></nav></header>
<main id="main" tabindex="-1">
<h1>${page.title}</h1>
!${page.body}
</main>
<footer><p>An example of a front end. Its figures come from ${serviceUrl}, under the
<a href="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/" rel="license">Open Government Licence v3.0</a>.
Those of <code>npm run demo</code> are made up. ${page.attribution ?? ''}</p></footer>
</body>
</html>
`
}

export const link = (address: string, words: string): string => html`<a href="${address}">${words}</a>`

/** A table that scrolls by itself in a narrow window. Cells are HTML, the first of a row its name; all else is text. */
export function table (id: string, caption: string, headers: string[], rows: string[][]): string {
  return html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0"><table>
<caption id="${id}">${caption}</caption>
<thead><tr>!${headers.map((header) => html`<th scope="col">${header}</th>`)}</tr></thead>
<tbody>
!${rows.map(([name = '', ...cells]) => `<tr><th scope="row">${name}</th>${
  cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>\n`)}</tbody></table></div>`
}

export const details = (summary: string, body: string): string =>
  html`<details><summary>${summary}</summary>!${body}</details>`

export interface Choice { name: string, label: string, options: Iterable<readonly [string, string]>, chosen: string }

/** A form that asks the page's own address again and keeps the rest of the query. */
export function choose ({ path, query }: Visit, choices: Choice[]): string {
  const hidden = [...query].filter(([name]) => !choices.some((choice) => choice.name === name))
  return html`<form action="${path}" method="get">
!${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
!${choices.map(({ name, label, options, chosen }) => html`<p><label for="${name}">${label}</label>
<select id="${name}" name="${name}">!${[...options].map(([value, words]) =>
  html`<option value="${value}"!${value === chosen ? ' selected' : ''}>${words}</option>`)}</select></p>`)}
<p><button type="submit">Show</button></p></form>`
}

export const periodChoice = (chosen: string): Choice =>
  ({ name: 'period', label: 'Period', options: Object.entries(PERIODS), chosen })

export function lastChoice (last: number): Choice {
  const options = [...new Set([4, 12, 24, last])].sort((a, b) => a - b).map((n) => [String(n), `The last ${n}`] as const)
  return { name: 'last', label: 'How many', options, chosen: String(last) }
}

/** What the words beside or in place of a figure mean. */
export const stateHelp = (): string => details('What missing, suppressed and the other words mean', html`<dl>!${
  Object.values(STATES).map(([word, meaning]) => html`<dt>${word}</dt><dd>${meaning}.</dd>`)}</dl>
<p>A figure that is not known is never drawn as 0, and a 0 is a 0 that was reported.</p>`)
