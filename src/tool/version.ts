import { readFileSync } from 'node:fs'

/** Of this package: two folders up, in the repository and in the package that is installed. */
export const VERSION =
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version
