import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS } from '../errors.ts'

export const ERRORS_FILE = join(import.meta.dirname, '../../docs/errors.md')

/** docs/errors.md: every code with what it means and what to do, in the order of src/errors.ts. */
export function errorsDocument (): string {
  const rows = Object.entries(ERRORS).map(([code, { status, title, fix }]) =>
    `| \`${code}\` | ${status} | ${title} | ${fix.replaceAll('|', '\\|')} |`
  )
  return `# Errors

Made from \`src/errors.ts\` by \`npm run errors:doc\`; a test compares the two.

Everything that goes wrong under \`/v1\` is answered as a problem document (RFC 9457, \`application/problem+json\`):
\`type\` (an address that explains the code), \`title\`, \`status\`, \`code\`, \`detail\` (what is wrong in
this request, and what to do) and \`instance\` (the request id, which the \`X-Request-Id\` header and the service's
log have too). A refused batch lists its first 100 row errors in \`errors\`, each with \`index\`, \`pointer\` (RFC
6901, into the row), \`code\` and \`detail\`, and counts them all in \`errors_total\`. Codes are never renamed and
keep their status; in a row error the status is that of the row, not of the answer. The Performance Platform
dialect answers errors in that dialect's shape instead.

| code | status | what it means | what to do |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}

if (import.meta.main) writeFileSync(ERRORS_FILE, errorsDocument())
