import t from 'tap'
import { draw } from '../../../src/charts/drawing/draw.ts'
import type { ChartSpec } from '../../../src/charts/spec.ts'
import { comparisonChart, day, FULL, seriesChart, values } from '../../support/chart-specs.ts'
import { all, contrast, inherited, readSvg, textsOf, type SvgElement } from '../../support/svg.ts'

const WHITE = '#ffffff'
/** What is there for the eye alone: lines of the grid, and paper. */
const SILENT = ['#d5d8da', WHITE]
const SHAPES = 'path, line, rect, circle'

/** The attributes that stand in a file, of the sheet and all that is in it. */
const attributes = (svg: SvgElement): Array<[element: string, name: string, value: string]> =>
  [svg, ...all(svg, '*')].flatMap((element) =>
    element.getAttributeNames().map((name): [string, string, string] => [
      element.tagName, name, element.getAttribute(name) ?? ''
    ])
  )

for (const [name, chart] of Object.entries(FULL)) {
  t.test(`${name}: nothing that runs, or that comes from elsewhere`, async (t) => {
    const svg = readSvg(draw(chart))
    t.same(all(svg, 'script, style, foreignObject, image, use, a, iframe, animate, set'), [])
    for (const [element, attribute, value] of attributes(svg)) {
      t.notMatch(attribute, /^on|href|^style$|^class$|^src$/, `${element} ${attribute}`)
      if (attribute === 'xmlns') t.equal(value, 'http://www.w3.org/2000/svg')
      else t.notMatch(value, /url\((?!#)|:\/\/|javascript:|data:/, `${element} ${attribute}=${value}`)
    }
  })

  t.test(`${name}: one image, with a title and a description that are its own`, async (t) => {
    const svg = readSvg(draw(chart))
    t.equal(svg.getAttribute('role'), 'img')
    const titleId = svg.getAttribute('aria-labelledby')
    const descriptionId = svg.getAttribute('aria-describedby')
    t.equal(svg.querySelector('title')?.getAttribute('id'), titleId)
    t.equal(svg.querySelector('title')?.textContent, chart.title)
    t.equal(svg.querySelector('desc')?.getAttribute('id'), descriptionId)
    t.match(svg.querySelector('desc')?.textContent, /chart/)
    t.equal(svg.getAttribute('viewBox'), `0 0 ${chart.width} ${svg.getAttribute('height') ?? ''}`)
    t.equal(svg.getAttribute('width'), String(chart.width))
    const ids = attributes(svg).filter(([, name]) => name === 'id').map(([, , id]) => id)
    t.equal(new Set(ids).size, ids.length, 'no id twice')
    const used = attributes(svg).flatMap(([, , value]) => /^url\(#(.*)\)$/.exec(value)?.[1] ?? [])
    t.same(used.filter((id) => !ids.includes(id)), [], 'every pattern is there')
    const others = new Set(Object.values(FULL).filter((one) => one !== chart).flatMap((one) =>
      attributes(readSvg(draw(one))).filter(([, name]) => name === 'id').map(([, , id]) => id)
    ))
    t.same(ids.filter((id) => others.has(id)), [], 'nor in another image of the same page')
  })

  t.test(`${name}: contrast and size of what is read and seen`, async (t) => {
    const svg = readSvg(draw(chart))
    for (const text of all(svg, 'text')) {
      t.ok(contrast(inherited(text, 'fill') ?? '', WHITE) >= 4.5, `${text.textContent}: contrast`)
      t.ok(Number(inherited(text, 'font-size')) >= 12, `${text.textContent}: size`)
      t.match(inherited(text, 'font-family'), /sans-serif$/)
    }
    for (const shape of all(svg, SHAPES)) {
      for (const name of ['fill', 'stroke']) {
        const colour = inherited(shape, name) ?? 'none'
        if (colour === 'none' || colour.startsWith('url(') || SILENT.includes(colour)) continue
        t.ok(contrast(colour, WHITE) >= 3, `${shape.tagName} ${name}=${colour}`)
      }
    }
  })

  t.test(`${name}: everything within the image`, async (t) => {
    const svg = readSvg(draw(chart))
    const height = Number(svg.getAttribute('height'))
    for (const text of all(svg, 'text')) {
      const [x, y] = [Number(text.getAttribute('x') ?? 20), Number(text.getAttribute('y')?.replace('em', '') ?? 20)]
      t.ok(x >= 0 && x <= chart.width && y <= height, `${text.textContent} at ${x} ${y}`)
    }
  })
}

t.test('names may hold anything', async (t) => {
  const nasty = '<script>alert("1")</script> & \'Co\' ]]> \u0000\u000b\ud800 "quoted" --> &amp;'
  const clean = '<script>alert("1")</script> & \'Co\' ]]> '
  const charts: ChartSpec[] = [
    seriesChart({ [nasty]: values(1, 2), [`${nasty}2`]: values(3, 4) }, {
      title: nasty, subtitle: nasty, axis: nasty, unit: nasty, caption: [nasty], notes: [{ on: day('2014-05-28'), text: nasty, isBreak: true }]
    }),
    comparisonChart({ [nasty]: 5 }, { title: nasty, without: [{ why: nasty, names: [nasty] }] })
  ]
  for (const chart of charts) {
    const svg = readSvg(draw(chart))
    t.same(all(svg, 'script'), [])
    t.ok(svg.querySelector('title')?.textContent.startsWith(clean))
    t.ok(textsOf(svg).some((text) => text.includes('<script>')), 'it is shown as it is')
  }
})

t.test('the same chart gives the same file', async (t) => {
  for (const chart of Object.values(FULL)) t.equal(draw(chart), draw(structuredClone(chart)))
})
