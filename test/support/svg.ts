import { DOMParser } from 'linkedom'
import { SaxesParser } from 'saxes'

/** What of an element the tests look at. */
export interface SvgElement {
  tagName: string
  textContent: string
  parentElement: SvgElement | null
  getAttribute: (name: string) => string | null
  getAttributeNames: () => string[]
  querySelectorAll: (selector: string) => Iterable<SvgElement>
  querySelector: (selector: string) => SvgElement | null
}

/** An SVG that is read; throws where it is not well-formed XML. */
export function readSvg (text: string): SvgElement {
  const strict = new SaxesParser({ xmlns: true })
  strict.on('error', (error) => { throw error })
  strict.write(text).close()
  const parser = new DOMParser() as unknown as {
    parseFromString: (text: string, type: string) => { documentElement: SvgElement }
  }
  return parser.parseFromString(text, 'image/svg+xml').documentElement
}

export const all = (svg: SvgElement, selector: string): SvgElement[] => [...svg.querySelectorAll(selector)]

/** Every text that is shown, in the order of the file. */
export const textsOf = (svg: SvgElement): string[] => all(svg, 'text').map(({ textContent }) => textContent)

/** An attribute of an element, or of the nearest around it that has one. */
export function inherited (element: SvgElement | null, name: string): string | null {
  for (let at = element; at !== null; at = at.parentElement) {
    const value = at.getAttribute(name)
    if (value !== null) return value
  }
  return null
}

/** The contrast of two colours, 1 to 21, as WCAG 2.2 works it out. */
export function contrast (a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

function luminance (colour: string): number {
  if (!/^#[0-9a-f]{6}$/.test(colour)) throw new Error(`${colour} is no colour that can be worked out`)
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
