import t from 'tap'
import { COLOURS, GREY, INK, MARKERS, PAPER, styleOf, TARGET } from '../../../src/charts/drawing/palette.ts'
import { contrast } from '../../support/svg.ts'

t.test('every colour has 3:1 with paper and with its neighbours', async (t) => {
  for (const [i, colour] of COLOURS.entries()) {
    const next = COLOURS[(i + 1) % COLOURS.length] ?? ''
    t.ok(contrast(colour, PAPER) >= 3, `${colour} on paper: ${contrast(colour, PAPER)}`)
    t.ok(contrast(colour, next) >= 3, `${colour} beside ${next}: ${contrast(colour, next)}`)
  }
  for (const colour of [INK, GREY, TARGET]) t.ok(contrast(colour, PAPER) >= 4.5, colour)
})

t.test('series are told apart without their colours', async (t) => {
  const shapes = Array.from({ length: 12 }, (_, i) => `${styleOf(i).dash} ${styleOf(i).marker}`)
  t.equal(new Set(shapes).size, 12)
  t.equal(MARKERS.length, COLOURS.length)
})

t.test('the contrast that is worked out is that of the recommendation', async (t) => {
  t.equal(contrast('#000000', '#ffffff'), 21)
  t.equal(Math.round(contrast('#767676', '#ffffff') * 100), 454, 'the grey that just passes')
  t.throws(() => contrast('red', '#ffffff'))
})
