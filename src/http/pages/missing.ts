import { html } from 'ghtml'
import type { Page } from './layout.ts'

/** For an address of a page that is not there. */
export const missingPage = (root: string): Page => ({
  title: 'Page not found',
  above: [['', 'Home']],
  body: html`<h1 class="govuk-heading-l">Page not found</h1>
<p class="govuk-body">There is no such page. If you typed the address, check it.</p>
<p class="govuk-body">The <a class="govuk-link" href="${root}docs/guides">guides</a> can be searched;
<a class="govuk-link" href="${root}status">status</a> says what comes in.</p>`
})
