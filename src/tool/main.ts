#!/usr/bin/env node
import { runTool } from './program.ts'

process.exitCode = await runTool(process.argv.slice(2))
