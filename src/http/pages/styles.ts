import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const css = readFileSync(join(import.meta.dirname, 'styles.css'))

/** The one style sheet of all pages. Its address changes with it, so that browsers may keep it for ever. */
export const STYLES = {
  css,
  version: hash('sha1', css, 'hex').slice(0, 10),
  get address (): string {
    return `docs/pages.css?v=${this.version}`
  }
}
