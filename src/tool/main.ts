#!/usr/bin/env node
import { runTool } from './program.ts'

// Whoever reads the output may stop before its end, as `| head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})
process.exitCode = await runTool(process.argv.slice(2))
