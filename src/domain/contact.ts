/** Whom to ask: by an address of mail, or at one of a page. */
export type Contact = { mail: string } | { page: string }

/** `opendata@example.gov.uk` or `https://example.gov.uk/contact`; undefined for anything else. */
export function parseContact (text: string): Contact | undefined {
  if (/^https:\/\/[^\s<>"]+$/.test(text) && URL.canParse(text)) return { page: text }
  return /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(text) ? { mail: text } : undefined
}
