import * as Plot from '@observablehq/plot'
import type { Element, Sheet } from './sheet.ts'

// Plot's types name what only a browser has; on a sheet the same calls work.
const plot = Plot.plot as unknown as (options: Plot.PlotOptions) => Element

/** Draws with Observable Plot. */
export const plotOn = (sheet: Sheet, options: Omit<Plot.PlotOptions, 'document'>): Element =>
  plot({ ...options, document: sheet.document })
