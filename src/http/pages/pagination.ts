import { html } from 'ghtml'

/** Links to the page before and the next one, where there are such. */
export function pagination (page: number, pages: number, addressOf: (page: number) => string): string {
  if (pages === 1) return ''
  const link = (way: 'prev' | 'next', to: number, words: string): string =>
    html`<div class="govuk-pagination__${way}"><a class="govuk-link govuk-pagination__link" href="${addressOf(to)}" rel="${way}">
<span class="govuk-pagination__link-title">${words}<span class="govuk-visually-hidden"> page:</span></span><span class="govuk-visually-hidden"> </span>
<span class="govuk-pagination__link-label">${to} of ${pages}</span></a></div>`
  return html`<nav class="govuk-pagination govuk-pagination--block" aria-label="Pages of feeds">
!${page > 1 ? link('prev', page - 1, 'Previous') : ''}
!${page < pages ? link('next', page + 1, 'Next') : ''}
</nav>`
}
