import type { FastifyRequest } from 'fastify'
import { html } from 'ghtml'
import { STYLES } from './styles.ts'

export const NAME = 'Local Performance Platform'

/** A page without its frame. `body` is HTML. */
export interface Page {
  /** Of the window, without the service's name; left out: that alone. */
  title?: string
  /** Which of the links in the navigation leads here. */
  current?: 'status' | 'guides'
  /** Links to the pages above this one: address from the root of the service, and words. */
  above?: ReadonlyArray<readonly [address: string, words: string]>
  body: string
}

/**
 * From a page back to the root of the service, such as `../../`. All links of pages begin with it, so that they are
 * right below any path that a proxy takes off, whether the service knows of it (`BASE_PATH`) or not.
 */
export function rootOf ({ url, server: { reached: { basePath } } }: Pick<FastifyRequest, 'url' | 'server'>): string {
  if (basePath !== '') return `${basePath}/`
  const path = url.split('?')[0] ?? ''
  return '../'.repeat(Math.max(0, path.split('/').length - 2)) || './'
}

/** The whole document. No script and nothing from elsewhere. */
export function documentOf (root: string, { title, current, above = [], body }: Page): string {
  return html`<!DOCTYPE html>
<html lang="en-GB" class="govuk-template">
<head>
<meta charset="utf-8">
<title>${title === undefined ? NAME : `${title} – ${NAME}`}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}${STYLES.address}">
</head>
<body class="govuk-template__body">
<a href="#main" class="govuk-skip-link">Skip to main content</a>
<header>
<div class="govuk-service-navigation"><div class="govuk-width-container"><div class="govuk-service-navigation__container">
<span class="govuk-service-navigation__service-name"><a class="govuk-service-navigation__link" href="${root}">${NAME}</a></span>
<nav class="govuk-service-navigation__wrapper" aria-label="Pages"><ul class="govuk-service-navigation__list">
!${navigation(root, current)}
</ul></nav>
</div></div></div>
</header>
<div class="govuk-width-container">
!${above.length === 0 ? '' : breadcrumbs(root, above)}
<main class="govuk-main-wrapper" id="main" tabindex="-1">
!${body}
</main>
</div>
<footer class="lpp-footer"><div class="govuk-width-container">
<p class="govuk-body-s">Figures are under the <a class="govuk-link" href="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/" rel="license">Open Government Licence v3.0</a>.
These pages set no cookies and load nothing from elsewhere.</p>
</div></footer>
</body>
</html>
`
}

function navigation (root: string, current: Page['current']): string {
  const links = [
    ['status', 'status', 'Status'], ['guides', 'docs/guides', 'Guides'], ['reference', 'docs', 'API reference']
  ] as const
  return links.map(([key, address, words]) => {
    const isHere = key === current
    return html`<li class="govuk-service-navigation__item${isHere ? ' govuk-service-navigation__item--active' : ''}">` +
      html`<a class="govuk-service-navigation__link" href="${root}${address}"!${isHere ? ' aria-current="true"' : ''}>` +
      html`${words}</a></li>`
  }).join('\n')
}

function breadcrumbs (root: string, above: NonNullable<Page['above']>): string {
  const links = above.map(([address, words]) => html`<li class="govuk-breadcrumbs__list-item">
<a class="govuk-breadcrumbs__link" href="${root}${address}">${words}</a></li>`)
  return html`<nav class="govuk-breadcrumbs" aria-label="Breadcrumb"><ol class="govuk-breadcrumbs__list">
!${links.join('\n')}</ol></nav>`
}

/** Figures in a table that scrolls by itself where the window is narrow. `headers` and cells are HTML. */
export function table ({ id, caption, hideCaption = false, headers, rows }: {
  id: string, caption: string, hideCaption?: boolean, headers: readonly string[], rows: ReadonlyArray<readonly string[]>
}): string {
  const head = headers.map((header) => header === ''
    ? '<td class="govuk-table__header"></td>'
    : html`<th scope="col" class="govuk-table__header">!${header}</th>`)
  const lines = rows.map(([first = '', ...cells]) => html`<tr class="govuk-table__row">
!${first === ''
  ? '<td class="govuk-table__cell"></td>'
  : html`<th scope="row" class="govuk-table__header">!${first}</th>`}!${
  cells.map((cell) => html`<td class="govuk-table__cell">!${cell}</td>`)
}</tr>`)
  return html`<div class="lpp-scroll" role="region" aria-labelledby="${id}" tabindex="0"><table class="govuk-table">
<caption class="${hideCaption ? 'govuk-visually-hidden' : 'govuk-table__caption govuk-table__caption--m'}" id="${id}">${caption}</caption>
!${headers.every((header) => header === '')
  ? ''
  : html`<thead class="govuk-table__head"><tr class="govuk-table__row">!${head}</tr></thead>`}
<tbody class="govuk-table__body">
!${lines.join('\n')}
</tbody></table></div>`
}

/** A form that asks the page's own address, without a script. */
export function searchForm (
  { name, label, value, button, address }: Record<'name' | 'label' | 'value' | 'button' | 'address', string>
): string {
  return html`<form class="lpp-search" action="${address}" method="get" role="search">
<div class="govuk-form-group"><label class="govuk-label" for="${name}">${label}</label>
<input class="govuk-input" id="${name}" name="${name}" type="search" maxlength="100" value="${value}" autocomplete="off"></div>
<button type="submit" class="govuk-button">${button}</button></form>`
}
