import { html } from 'ghtml'
import { ERRORS, type ProblemError } from '../../errors.ts'
import type { Page } from './layout.ts'

/** Says what went wrong, and what to do, where a page was asked for. */
export function problemPage (root: string, { code, message }: Pick<ProblemError, 'code' | 'message'>): Page {
  const { title, fix } = ERRORS[code]
  return {
    title,
    above: [['', 'Home']],
    body: html`<h1 class="govuk-heading-l">${title}</h1>
<p class="govuk-body">${message}</p>
<p class="govuk-body">${fix.replaceAll('`', '')}</p>
<p class="govuk-body">The <a class="govuk-link" href="${root}docs/guides">guides</a> can be read here all the same.</p>`
  }
}
