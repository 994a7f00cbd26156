import { hash } from 'node:crypto'
import { DOMParser } from 'linkedom'
import { FONT } from './text.ts'
import { INK, PAPER } from './palette.ts'

/** What is used of an element, of Plot's as well as of the sheet's own. */
export interface Element {
  readonly children: Iterable<Element>
  readonly tagName: string
  append: (...children: Element[]) => void
  remove: () => void
  getAttribute: (name: string) => string | null
  setAttribute: (name: string, value: string) => void
  removeAttribute: (name: string) => void
  querySelectorAll: (selector: string) => Iterable<Element>
  textContent: string | null
}
interface Document {
  documentElement: Element
  createElementNS: (namespace: string, name: string) => Element
  toString: () => string
}

type Attributes = Record<string, string | number>

const SVG = 'http://www.w3.org/2000/svg'
/** What XML has no way to write (XML 1.0, 2.2), lone surrogates included. */
// eslint-disable-next-line no-control-regex
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu
/** What Plot writes for scripts, style sheets and screen readers, who are told of the image as a whole. */
const LEFT_OUT = ['class', 'aria-label', 'aria-hidden', 'aria-description']

/** An SVG in the making: an image in one piece, without anything that a strict content security policy forbids. */
export class Sheet {
  /** For Plot. */
  readonly document: Document
  /** Begins the ids of this image, so that several may stand in one page. */
  readonly prefix: string
  readonly #root: Element
  #definitions: Element | undefined
  readonly #patterns = new Set<string>()

  /** `about`: what decides the image. */
  constructor (about: string) {
    this.prefix = `chart-${hash('sha1', about, 'hex').slice(0, 12)}`
    // linkedom's types need those of a browser, which a service must not have.
    const parser = new DOMParser() as unknown as { parseFromString: (text: string, type: string) => Document }
    this.document = parser.parseFromString(`<svg xmlns="${SVG}"></svg>`, 'image/svg+xml')
    this.#root = this.document.documentElement
  }

  add (
    name: string,
    attributes: Attributes,
    { text, parent = this.#root }: { text?: string, parent?: Element } = {}
  ): Element {
    const element = this.document.createElementNS(SVG, name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
    if (text !== undefined) element.textContent = text.replaceAll(UNWRITABLE, '')
    parent.append(element)
    return element
  }

  /** Takes over what Plot drew, moved. */
  place (plot: Element, x: number, y: number): void {
    const group = this.add('g', { transform: `translate(${x},${y})`, 'text-anchor': 'middle', fill: INK })
    for (const child of [...plot.children]) if (child.tagName.toLowerCase() !== 'style') group.append(child)
    for (const element of group.querySelectorAll('*')) {
      for (const name of LEFT_OUT) element.removeAttribute(name)
      for (const name of ['stroke', 'fill']) {
        if (element.getAttribute(name) === 'currentColor') element.setAttribute(name, INK)
      }
    }
  }

  /** A pattern for `fill`, defined when it is first used; `draw` makes a tile of 8 by 8 pixels. */
  pattern (name: string, draw: (tile: Element) => void): string {
    const id = `${this.prefix}-${name}`
    if (!this.#patterns.has(name)) {
      this.#patterns.add(name)
      this.#definitions ??= this.add('defs', {})
      const parent = this.#definitions
      draw(this.add('pattern', { id, width: 8, height: 8, patternUnits: 'userSpaceOnUse' }, { parent }))
    }
    return `url(#${id})`
  }

  /** The image as text. `title` and `description` are what a screen reader reads. */
  finish (page: { width: number, height: number, title: string, description: string, draw: () => void }): string {
    const { width, height, title, description } = page
    const [titleId, descriptionId] = [`${this.prefix}-title`, `${this.prefix}-desc`]
    const about: Attributes = {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-labelledby': titleId,
      'aria-describedby': descriptionId,
      lang: 'en-GB',
      'font-family': FONT,
      fill: INK
    }
    for (const [name, value] of Object.entries(about)) this.#root.setAttribute(name, String(value))
    this.add('title', { id: titleId }, { text: title })
    this.add('desc', { id: descriptionId }, { text: description })
    this.add('rect', { width, height, fill: PAPER })
    page.draw()
    return this.document.toString()
  }
}
