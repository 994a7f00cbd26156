/** More of an address than any log line needs. */
const MOST_CHARACTERS = 500

/** An address as it is logged: without secrets, which have no business in an address but are put there. */
export function loggedAddress (url: string): string {
  if (url.length <= MOST_CHARACTERS && !url.includes('?') && !url.includes('lpp_')) return url // nearly all that send
  return url.slice(0, MOST_CHARACTERS)
    .replaceAll(/lpp_[\w-]+/g, 'lpp_…')
    .replaceAll(/([?&][^=&]*(?:token|secret|password|authorization)[^=&]*=)[^&]*/gi, '$1…')
}
