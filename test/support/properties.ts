import fc from 'fast-check'

/**
 * Every run draws the same examples, so that one that fails fails again; `PROPERTY_SEED=<whole number>` draws others.
 */
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 2026) })

export default fc
