import { Type } from 'typebox'
import { MOST_BARS, MOST_PERIODS, MOST_SERIES } from '../../charts/limits.ts'

export const SVG_TYPE = 'image/svg+xml'

const WIDTH = Type.Integer({
  minimum: 320, maximum: 1600, default: 640, description: 'In pixels; text keeps its size and wraps.', examples: [640]
})

/** How large an image of lines is. */
export const SizeParameters = {
  width: WIDTH,
  height: Type.Integer({
    minimum: 320,
    maximum: 1600,
    default: 480,
    description: 'In pixels, titles and keys included; higher where these leave less than 240 for the lines.',
    examples: [480]
  })
}

/** How large an image of bars is: as high as its bars and words need. */
export const BarParameters = {
  width: WIDTH,
  top: Type.Optional(Type.Integer({
    minimum: 1, maximum: MOST_BARS, description: 'Only the first of them, by rank.', examples: [20]
  }))
}

/** What an image answers. */
export const IMAGE = {
  description:
    'An SVG without scripts, styles or anything from elsewhere, with its title and a description in words. At most ' +
      `${MOST_PERIODS} periods and ${MOST_SERIES} lines, or ${MOST_BARS} bars; 400 for more.`,
  content: {
    [SVG_TYPE]: {
      schema: {
        type: 'string', examples: ['<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480" role="img">…</svg>']
      }
    }
  }
}
